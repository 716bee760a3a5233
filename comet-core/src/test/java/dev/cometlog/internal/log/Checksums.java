package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import java.util.zip.CRC32C;

/// Makes checksums right, so that a fuzzer gets behind them.
final class Checksums {
    private Checksums() {}

    /// Gives every frame that the length words lead to the check that it should have.
    static void mendFrames(byte[] segment, int from, long nonce) {
        int at = from;
        while (at <= segment.length - FrameDescriptor.HEADER_LENGTH) {
            int word = LittleEndian.getInt(segment, at + FrameDescriptor.LENGTH_FIELD);
            int length = FrameDescriptor.bodyLength(word);
            if (length == 0 || length > segment.length - at - FrameDescriptor.HEADER_LENGTH) {
                return;
            }
            int delta = LittleEndian.getInt(segment, at + FrameDescriptor.TIME_DELTA_FIELD);
            int crc = Crc.of(segment, at + FrameDescriptor.HEADER_LENGTH, length);
            LittleEndian.putInt(
                    segment, at + FrameDescriptor.CRC_FIELD, FrameDescriptor.crcField(crc, nonce, at, word, delta));
            at += FrameDescriptor.frameLength(word);
        }
    }

    /// Gives both checkpoint slots and the identity of a state page the checks that they should have.
    static void mendPage(byte[] page) {
        for (int slot = 512; slot <= 1024; slot += 512) {
            int crcField = Checkpoint.LENGTH - Integer.BYTES;
            LittleEndian.putInt(page, slot + crcField, Crc.of(page, slot, crcField));
        }
        CRC32C identity = new CRC32C();
        identity.update(page, 0, 20);
        identity.update(page, 24, 8);
        LittleEndian.putInt(page, 20, (int) identity.getValue());
    }
}
