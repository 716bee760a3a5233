package dev.cometlog.cli;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// Verifies the groups of one stream: that each file is that group's, and how far it has come in each shard.
final class GroupVerifier {
    /// A word may be read while it is written.
    private static final int ATTEMPTS = 3;

    private final VerifyReport report;
    private final String stream;
    private final OptionalLong shards;

    GroupVerifier(VerifyReport report, String stream, OptionalLong shards) {
        this.report = report;
        this.stream = stream;
        this.shards = shards;
    }

    void verify(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            report.damage(directory, "is not a directory");
            return;
        }
        for (Path file : LogVerifier.list(directory)) {
            String name = file.getFileName().toString();
            Optional<String> group = StreamName.decoded(name);
            if (WholeFiles.isTemporary(name) || group.isEmpty()) {
                report.note(file, "is no group, ignored");
            } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                verify(file, group.get());
            } else {
                report.damage(file, "is not a regular file");
            }
        }
    }

    private void verify(Path file, String group) throws IOException {
        GroupPage page;
        try {
            page = GroupPage.read(file);
        } catch (NoSuchFileException e) {
            report.note(file, "was deleted since it was listed");
            return;
        }
        if (page.isDeleted()) {
            report.note(file, "was deleted");
            return;
        }
        Optional<GroupDescriptor.Header> header = page.header();
        if (header.isPresent() && header.get().isNewer()) {
            report.note(file, "was written by a newer version, not checked");
            return;
        }
        int count = shards.isPresent()
                ? (int) shards.getAsLong()
                : header.map(GroupDescriptor.Header::shards).orElseGet(page::shards);
        byte[] expected = GroupDescriptor.header(Hashes.fnv1a64(stream), Hashes.fnv1a64(group), count);
        if (!page.startsWith(expected)) {
            report.damage(file, 0, "the header does not verify; whoever next uses the group writes it anew");
        }
        if (page.length() < GroupDescriptor.essentialLength(count)) {
            report.damage(
                    file,
                    "has " + page.length() + " bytes and should have " + GroupDescriptor.length(count)
                            + "; the group starts at the earliest entry where its place is lost");
        }
        for (int shard = 0; shard < count && page.holds(shard); shard++) {
            if (!verifies(page, file, shard)) {
                report.damage(
                        file,
                        GroupDescriptor.ackField(shard),
                        "how far the group had come in shard " + shard
                                + " does not verify; it starts there at the earliest entry");
            }
        }
    }

    private static boolean verifies(GroupPage first, Path file, int shard) throws IOException {
        GroupPage page = first;
        for (int attempt = 1; page.acked(shard).isEmpty(); attempt++) {
            if (attempt == ATTEMPTS) {
                return false;
            }
            page = GroupPage.read(file);
        }
        return true;
    }
}
