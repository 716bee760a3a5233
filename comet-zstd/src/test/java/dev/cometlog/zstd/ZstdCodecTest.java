package dev.cometlog.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdCodecTest {
    private static final long SEED = Long.getLong("comet.seed", System.nanoTime());
    private static final int GUARD = 16;

    private final ZstdCodec codec = new ZstdCodec();
    private final Random random = new Random(SEED);

    @ParameterizedTest
    @ValueSource(ints = {-7, -1, 1, 3, 9, 19, 22})
    void whatWasCompressedExpandsToTheSame(int level) {
        for (int size : new int[] {1, 2, 100, 4096, 70_000, level > 9 ? 100_000 : 1 << 20}) {
            byte[] raw = text(size);
            assertThat(expand(compress(raw, level), size)).isEqualTo(raw);
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            assertThat(expand(compress(noise, level), size)).isEqualTo(noise);
        }
    }

    @Test
    void logLinesBecomeMuchSmaller() {
        assertThat(compress(text(20_000), 1).length).isLessThan(20_000 / 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {-8, 0, 23})
    void aLevelThatZstdDoesNotHaveIsRefused(int level) {
        assertThatThrownBy(() -> codec.checkLevel(level))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codecLevel=" + level);
    }

    @ParameterizedTest
    @ValueSource(ints = {-7, -1, 1, 22})
    void itsLevelsAreAccepted(int level) {
        assertThatCode(() -> codec.checkLevel(level)).doesNotThrowAnyException();
    }

    @Test
    void aBombIsStoppedAtTheBoundOfTheCaller() {
        byte[] bomb = compress(new byte[16 << 20], 1);
        assertThat(bomb.length).isLessThan(4096);

        assertThatThrownBy(() -> expand(bomb, 1000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyTruncationIsMalformed() {
        byte[] whole = compress(text(500), 1);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            // Nothing at all expands to nothing, which the caller notices by the length.
            if (length == 0) {
                assertThat(expand(part, 500)).isEmpty();
            } else {
                assertThatThrownBy(() -> expand(part, 500))
                        .as("%d of %d bytes", length, whole.length)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void damagedAndRandomBytesNeverWriteBeyondTheBound() {
        byte[] whole = compress(text(3000), 1);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = round % 3 == 0 ? new byte[1 + random.nextInt(200)] : whole.clone();
            if (round % 3 == 0) {
                random.nextBytes(bytes);
                if (round % 2 == 0 && bytes.length >= 4) {
                    // The magic number gets it further.
                    System.arraycopy(whole, 0, bytes, 0, 4);
                }
            } else {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            try {
                assertThat(expand(bytes, 3000).length).isLessThanOrEqualTo(3000);
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertThat(refused).as("-Dcomet.seed=%d", SEED).isGreaterThan(5_000);
    }

    @Test
    void anyNumberOfThreadsUseOneCodec() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                byte[] raw = text(500 + random.nextInt(20_000));
                int level = 1 + i % 5;
                tasks.add(() -> Arrays.equals(raw, expand(compress(raw, level), raw.length)));
            }
            for (Future<Boolean> same : threads.invokeAll(tasks)) {
                assertThat(same.get()).isTrue();
            }
        }
    }

    private byte[] text(int size) {
        StringBuilder text = new StringBuilder();
        while (text.length() < size) {
            text.append("2026-03-01T10:00:00.%03dZ INFO  request %d took %d ms\n"
                    .formatted(random.nextInt(1000), random.nextInt(10), random.nextInt(100)));
        }
        return text.substring(0, size).getBytes(StandardCharsets.UTF_8);
    }

    /// Compresses from and into the middle of larger arrays.
    private byte[] compress(byte[] raw, int level) {
        byte[] source = new byte[raw.length + 2 * GUARD];
        System.arraycopy(raw, 0, source, GUARD, raw.length);
        byte[] target = new byte[codec.maxCompressedLength(raw.length) + GUARD];
        int size = codec.compress(source, GUARD, raw.length, target, GUARD, level);
        return Arrays.copyOfRange(target, GUARD, GUARD + size);
    }

    private byte[] expand(byte[] compressed, int most) {
        byte[] source = new byte[compressed.length + 2 * GUARD];
        System.arraycopy(compressed, 0, source, GUARD, compressed.length);
        byte[] target = new byte[most + 2 * GUARD];
        Arrays.fill(target, (byte) 7);
        int size;
        try {
            size = codec.decompress(source, GUARD, compressed.length, target, GUARD, most);
        } finally {
            for (int i = 0; i < GUARD; i++) {
                assertThat(target[i]).isEqualTo((byte) 7);
                assertThat(target[GUARD + most + i]).isEqualTo((byte) 7);
            }
        }
        return Arrays.copyOfRange(target, GUARD, GUARD + size);
    }
}
