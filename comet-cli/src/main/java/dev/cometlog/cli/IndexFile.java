package dev.cometlog.cli;

import dev.cometlog.internal.format.IndexDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;

/// A copy of one segment's index.
final class IndexFile {
    private static final String LOG = ".log";
    private static final String INDEX = ".index";

    private final MemorySegment slots;
    private final long nonce;

    private IndexFile(byte[] bytes, long nonce) {
        this.slots = MemorySegment.ofArray(bytes);
        this.nonce = nonce;
    }

    static Path of(Path segment) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.length() - LOG.length()) + INDEX);
    }

    static Path segmentOf(Path index) {
        String name = index.getFileName().toString();
        return index.resolveSibling(name.substring(0, name.length() - INDEX.length()) + LOG);
    }

    /// Reads the index, which is empty where there is no such file: it is derived, and may be deleted at any time.
    static IndexFile read(Path index, long nonce) throws IOException {
        byte[] bytes = Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)
                ? DataFile.readAll(index, Integer.MAX_VALUE - 8)
                : new byte[0];
        return new IndexFile(bytes, nonce);
    }

    /// An index that knows nothing.
    static IndexFile none() {
        return new IndexFile(new byte[0], 0);
    }

    int slotCount() {
        return (int) (slots.byteSize() / IndexDescriptor.SLOT_LENGTH);
    }

    boolean isEmpty(int slot) {
        return IndexDescriptor.isEmpty(slots, slot);
    }

    boolean isValid(int slot) {
        return IndexDescriptor.isValid(slots, slot, nonce);
    }

    int position(int slot) {
        return IndexDescriptor.position(slots, slot);
    }

    long relativeOffset(int slot) {
        return IndexDescriptor.relativeOffset(slots, slot) & 0xffff_ffffL;
    }

    long timeDelta(int slot) {
        return IndexDescriptor.timeDelta(slots, slot) & 0xffff_ffffL;
    }

    /// The first valid slot that speaks of a place behind `position`; -1 if there is none.
    int higher(long position) {
        for (int slot = (int) (position >>> IndexDescriptor.BLOCK_SHIFT); slot < slotCount(); slot++) {
            if (isValid(slot) && position(slot) > position) {
                return slot;
            }
        }
        return -1;
    }

    /// The valid slot that speaks of exactly `position`; -1 if there is none.
    int at(long position) {
        int slot = (int) (position >>> IndexDescriptor.BLOCK_SHIFT);
        return slot < slotCount() && isValid(slot) && position(slot) == position ? slot : -1;
    }

    String describe(int slot, long baseOffset) {
        return String.format(
                Locale.ROOT,
                "slot %d: offset %d, position %d, time delta %d us, %s",
                slot,
                baseOffset + relativeOffset(slot),
                position(slot),
                timeDelta(slot),
                isValid(slot) ? "check ok" : "CHECK BAD");
    }
}
