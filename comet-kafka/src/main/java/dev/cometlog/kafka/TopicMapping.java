package dev.cometlog.kafka;

import java.util.regex.Pattern;

/// Which topic a stream goes to. Pure.
///
/// @param template a topic's name, in which `{stream}` stands for the stream's
record TopicMapping(String template) {
    static final String STREAM = "{stream}";

    private static final int LONGEST = 249;
    private static final Pattern FOREIGN = Pattern.compile("[^a-zA-Z0-9._-]");

    TopicMapping {
        String rest = template.replace(STREAM, "");
        if (template.isEmpty() || FOREIGN.matcher(rest).find()) {
            throw new IllegalArgumentException("topic must consist of letters, digits, '.', '_', '-' and " + STREAM
                    + ": topic=\"" + template + "\"");
        }
    }

    /// @throws IllegalArgumentException if a topic cannot be called so
    String topic(String stream) {
        String topic = template.replace(STREAM, FOREIGN.matcher(stream).replaceAll("."));
        if (topic.length() > LONGEST || topic.equals(".") || topic.equals("..")) {
            throw new IllegalArgumentException(
                    "stream \"" + stream + "\" cannot go to a topic called \"" + topic + "\"; choose another");
        }
        return topic;
    }
}
