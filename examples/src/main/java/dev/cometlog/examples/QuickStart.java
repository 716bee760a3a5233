package dev.cometlog.examples;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import dev.cometlog.Entry;
import dev.cometlog.EntryId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Appends, makes durable, and reads back.
public final class QuickStart {
    private QuickStart() {}

    /// Appends and reads in one go.
    ///
    /// @param args the log's directory
    public static void main(String[] args) {
        try (Comet comet = Comet.open(Path.of(args[0]))) {
            CometStream events = comet.stream("events:v1", 4);
            // The key picks the shard: what has the same key stays in order.
            EntryId first = events.append("user-123", utf8("logged in"));
            List<EntryId> more = events.append("user-123", List.of(utf8("bought"), utf8("logged out")));
            // From here on all three survive a power loss too; killing the process never lost anything.
            comet.sync();
            System.out.println(first + " and " + more.size() + " more");
            for (Entry entry : events.shard(first.shard()).recent(3)) {
                System.out.println(entry.id().offset() + " " + new String(entry.bytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
