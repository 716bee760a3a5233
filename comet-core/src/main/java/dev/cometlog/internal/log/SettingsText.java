package dev.cometlog.internal.log;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.function.Function;

/// Typed reading of settings from their stored text. What cannot be read is refused by name.
record SettingsText(Map<String, String> values) {

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    int integer(String name, int otherwise) {
        return parse(name, otherwise, Integer::parseInt, "a whole number");
    }

    long number(String name, long otherwise) {
        return parse(name, otherwise, Long::parseLong, "a whole number");
    }

    int octal(String name, int otherwise) {
        return parse(name, otherwise, text -> Integer.parseInt(text, 8), "octal permission bits");
    }

    Duration duration(String name, Duration otherwise) {
        return parse(name, otherwise, Duration::parse, "a duration such as PT1H");
    }

    boolean flag(String name, boolean otherwise) {
        return parse(name, otherwise, SettingsText::parseFlag, "true or false");
    }

    private static boolean parseFlag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new NumberFormatException(text);
        }
        return text.equals("true");
    }

    private <T> T parse(String name, T otherwise, Function<String, T> parser, String what) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return parser.apply(text);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException(name + " must be " + what + ": " + name + "=" + text, e);
        }
    }
}
