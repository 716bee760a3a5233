package dev.cometlog.cli;

import dev.cometlog.internal.format.GroupDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/// Shows the file of a group.
final class GroupDump {
    private static final int ACKED = 0;
    private static final int SKIPPED = 1;
    private static final int DEAD_LETTERED = 2;
    private static final int GAPS = 3;
    private static final int LAST_ACK = 4;

    private final GroupPage page;
    private final Output output;

    private GroupDump(GroupPage page, Output output) {
        this.page = page;
        this.output = output;
    }

    /// Whether a file is that of a group, by where it lies.
    static boolean isGroup(Path file) {
        Path parent = file.toAbsolutePath().normalize().getParent();
        return parent != null && parent.endsWith("groups");
    }

    /// Returns whether everything in it verifies.
    static boolean print(Path file, Output output) throws IOException {
        return new GroupDump(GroupPage.read(file), output).print();
    }

    private boolean print() {
        Optional<GroupDescriptor.Header> header = page.header();
        output.line(header.map(found -> "header: version %d, %d shards, stream hash %016x, group hash %016x, CRC ok"
                        .formatted(found.version(), found.shards(), found.streamHash(), found.groupHash()))
                .orElse("header: CRC BAD, or no header; " + page.length() + " bytes"));
        if (page.isDeleted()) {
            output.line("the group was deleted");
        }
        int shards = header.map(GroupDescriptor.Header::shards).orElseGet(page::shards);
        members();
        boolean sound = header.isPresent();
        for (int shard = 0; shard < shards; shard++) {
            if (!page.holds(shard)) {
                output.line("shard " + shard + ": BAD: the file ends before it");
                return false;
            }
            sound &= shard(shard);
        }
        return sound;
    }

    private void members() {
        for (int member = 0; member < GroupDescriptor.MEMBERS && page.holds(0); member++) {
            long incarnation = page.word(GroupDescriptor.incarnationField(member));
            if (incarnation != 0) {
                output.line("member %d: incarnation %d, kind %d"
                        .formatted(member + 1, incarnation, page.word(GroupDescriptor.kindField(member))));
            }
        }
    }

    private boolean shard(int shard) {
        OptionalLong acked = page.acked(shard);
        String place = acked.isPresent()
                ? "acknowledged below offset " + acked.getAsLong()
                : "ack word %016x BAD".formatted(page.word(GroupDescriptor.ackField(shard)));
        output.line(("shard %d: %s, lease %d, holder %d, wish %d, acked %d, skipped %d, dead letters %d, gaps %d, "
                        + "last ack %s")
                .formatted(
                        shard,
                        place,
                        page.word(GroupDescriptor.leaseField(shard)),
                        page.half(GroupDescriptor.holderField(shard)),
                        page.half(GroupDescriptor.wishField(shard)),
                        counter(shard, ACKED),
                        counter(shard, SKIPPED),
                        counter(shard, DEAD_LETTERED),
                        counter(shard, GAPS),
                        Instant.EPOCH.plus(counter(shard, LAST_ACK), ChronoUnit.MICROS)));
        return acked.isPresent();
    }

    private long counter(int shard, int word) {
        return page.word(GroupDescriptor.counterField(shard, word));
    }
}
