package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameBufferTest {
    private static final int CAPACITY = 64 << 10;
    private static final int FRAME = 100;

    @TempDir
    Path directory;

    private final FrameBuffer buffer = new FrameBuffer();
    private StorageFile channel;
    private MappedFile file;
    private Segment segment;

    @BeforeEach
    void map() throws IOException {
        Path path = directory.resolve("segment");
        channel = new DiskStorage(FilesMode.DEFAULT).open(path, Storage.Access.CREATE);
        channel.writeZeros(CAPACITY, CAPACITY);
        file = channel.map(CAPACITY, true);
        segment = new Segment(
                path, new SegmentHeader(1, 0, 1, 0, 0, 0, 1, CAPACITY), file, new SegmentIndex(CAPACITY, 1), null);
        for (int i = 0; i < CAPACITY; i++) {
            file.memory().set(ValueLayout.JAVA_BYTE, i, value(i));
        }
    }

    @AfterEach
    void unmap() throws IOException {
        file.close();
        channel.close();
    }

    @Test
    void itHoldsWhatStandsInTheFileForFramesOfEveryLengthOneBehindTheOther() {
        int length = 1;
        long offset = 0;
        for (int position = 0; position + length <= CAPACITY; position += length - 1, offset++) {
            assertHeld(position, length, offset, Long.MAX_VALUE);
            length += 7;
        }
        assertThat(length).as("longer than what is copied at once").isGreaterThan(700);
    }

    @Test
    void whatWasCopiedBeforeTheEndMovedOnIsCopiedAnew() {
        int end = 40;
        for (int frame = 0; frame < end; frame++) {
            assertHeld(frame * FRAME, FRAME, frame, end);
        }
        // The next frames, of which the buffer has a part from when they were none.
        for (int i = end * FRAME; i < 2 * end * FRAME; i++) {
            file.memory().set(ValueLayout.JAVA_BYTE, i, (byte) ~value(i));
        }
        // One before the old end that does not fit keeps what is held.
        int before = buffer.hold(segment, (end - 1) * FRAME, 2 * FRAME, end - 1, 2L * end);
        assertThat(before).isNotNegative();

        int at = buffer.hold(segment, end * FRAME, FRAME, end, 2L * end);

        for (int i = 0; i < FRAME; i++) {
            assertThat(buffer.bytes()[at + i]).as("byte %d", i).isEqualTo((byte) ~value(end * FRAME + i));
        }
    }

    @Test
    void whatReachesBeyondTheMappingIsNotThere() {
        assertThat(buffer.hold(segment, CAPACITY - FRAME, FRAME + 1, 0, 1)).isNegative();
        assertHeld(CAPACITY - FRAME, FRAME, 0, 1);
    }

    private void assertHeld(int position, int length, long offset, long end) {
        int at = buffer.hold(segment, position, length, offset, end);
        for (int i = 0; i < length; i++) {
            if (buffer.bytes()[at + i] != value(position + i)) {
                throw new AssertionError("byte " + i + " of " + length + " at " + position);
            }
        }
    }

    private static byte value(int position) {
        return (byte) (position * 31 + (position >> 8));
    }
}
