package dev.cometlog.forward;

import dev.cometlog.Entry;
import java.util.ArrayList;
import java.util.List;

/// A batch as lines of JSON, as far as its entries can be lines.
///
/// @param lines the entries before the first that cannot be a line; all of them if there is none
/// @param count how many these are
/// @param isWhole whether these are all
record NdjsonBatch(NdjsonWriter lines, int count, boolean isWhole) {
    private static final Outcome NOT_A_LINE = Outcome.reject(
            "an empty payload, or one with a line break, is no line of" + " JSON; the envelope format takes any");

    static NdjsonBatch of(SinkBatch batch, NdjsonFormat format) {
        NdjsonWriter lines = new NdjsonWriter(format);
        int count = 0;
        for (Entry entry : batch.entries()) {
            byte[] payload = entry.bytes();
            if (!lines.accepts(payload)) {
                return new NdjsonBatch(lines, count, false);
            }
            lines.write(entry, payload);
            count++;
        }
        return new NdjsonBatch(lines, count, true);
    }

    /// The outcomes of all entries of the batch, from the one that the lines had.
    List<Outcome> outcomes(SinkBatch batch, Outcome ofLines) {
        if (isWhole) {
            return batch.all(ofLines);
        }
        List<Outcome> outcomes = new ArrayList<>(batch.all(NOT_A_LINE));
        for (int i = 0; i < count; i++) {
            outcomes.set(i, ofLines);
        }
        return outcomes;
    }
}
