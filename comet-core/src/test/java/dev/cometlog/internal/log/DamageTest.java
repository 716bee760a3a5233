package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Gap;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageTest {
    @TempDir
    private Path directory;

    private HandmadeShard files;

    @BeforeEach
    void open() throws IOException {
        files = new HandmadeShard(directory);
    }

    @AfterEach
    void close() {
        files.close();
    }

    @Test
    void aDamagedByteInASealedSegmentCostsItsFrameAlone() throws IOException {
        SegmentBuilder first = sample(0).seal();
        files.save(first);
        files.saveActive(files.segment(first.end()).lone("next", 0));

        eachByteDamaged(first);
    }

    @Test
    void aDamagedByteInTheActiveSegmentCostsItsFrameAlone() throws IOException {
        SegmentBuilder active = sample(0);
        files.saveActive(active);

        eachByteDamaged(active);
    }

    @Test
    void aDamagedByteBeforeAMissingSealCostsAtMostTheRestBehindTheLastSlot() throws IOException {
        SegmentBuilder first = sample(0);
        files.save(first);
        files.saveActive(files.segment(first.end()).lone("next", 0));
        List<String> all = files.scan(0).told;

        for (int at = SegmentHeader.LENGTH; at < first.position(); at++) {
            List<String> told = scanDamaged(first, at, b -> b ^ 1).told;
            assertThat(told.stream().filter(line -> !line.contains(".."))).isSubsetOf(all);
            assertThat(told).contains("%d=next".formatted(first.end()));
        }
    }

    /// Frames of sizes whose damaged lengths lead to other frames, and payloads that quote frames.
    private SegmentBuilder sample(long base) {
        SegmentBuilder segment = files.segment(base);
        segment.lone("four", 0).lone("5ive", 0).lone("abcd", 1).lone("twenty-byte payload!", 1);
        segment.many(0, 2, "one", "two", "", "four").lone("x", 3);
        byte[] quoted = Arrays.copyOfRange(segment.bytes, SegmentHeader.LENGTH, segment.position());
        return segment.lone(quoted, 4)
                .many(FrameDescriptor.MORE_FOLLOWS, 5, "m", "n")
                .many(0, 5, "o")
                .lone("last", 6);
    }

    private void eachByteDamaged(SegmentBuilder segment) throws IOException {
        List<String> all = files.scan(0).told;
        List<IntUnaryOperator> damages = new ArrayList<>(List.of(b -> 0, b -> 0xff));
        for (int bit = 0; bit < Byte.SIZE; bit++) {
            int mask = 1 << bit;
            damages.add(b -> b ^ mask);
        }
        for (IntUnaryOperator damage : damages) {
            for (int at = SegmentHeader.LENGTH; at < segment.position(); at++) {
                if ((byte) damage.applyAsInt(segment.bytes[at]) == segment.bytes[at]) {
                    continue;
                }
                assertThat(scanDamaged(segment, at, damage).told)
                        .as("byte %d", at)
                        .isEqualTo(withoutFrameAt(segment, at, all));
            }
        }
    }

    private HandmadeShard.Scan scanDamaged(SegmentBuilder segment, int at, IntUnaryOperator damage) throws IOException {
        byte[] bytes = segment.bytes.clone();
        bytes[at] = (byte) damage.applyAsInt(bytes[at]);
        files.write(files.paths.segment(segment.base), bytes);
        return files.scan(0);
    }

    private static List<String> withoutFrameAt(SegmentBuilder segment, int at, List<String> all) {
        int frame = 0;
        while (frame + 1 < segment.framePositions.size() && segment.framePositions.get(frame + 1) <= at) {
            frame++;
        }
        int from = Math.toIntExact(segment.frameOffsets.get(frame));
        boolean last = frame + 1 == segment.frameOffsets.size();
        int to = Math.toIntExact(last ? segment.end() : segment.frameOffsets.get(frame + 1));
        List<String> expected = new ArrayList<>(all.subList(0, from));
        if (to > from) {
            expected.add(from + ".." + to + " DAMAGE");
        }
        expected.addAll(all.subList(to, all.size()));
        return expected;
    }

    @Test
    void severalDamagedFramesOfOneEntryThatAreNotNeighboursCostNoOther() throws IOException {
        SegmentBuilder active = files.segment(0);
        for (int i = 0; i < 20; i++) {
            active.lone("entry " + i, i);
        }
        for (int frame : new int[] {3, 7, 11, 19}) {
            active.bytes[active.framePositions.get(frame) + 14] ^= 1;
        }
        files.saveActive(active);

        assertThat(files.scan(0).told)
                .hasSize(20)
                .contains("3..4 DAMAGE", "4=entry 4", "7..8 DAMAGE", "8=entry 8", "11..12 DAMAGE", "19..20 DAMAGE");
    }

    @Test
    void randomDamageNeverDeliversAWrongEntryAndAccountsForEveryOffset() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            boolean active = random.nextBoolean();
            SegmentBuilder segment = files.segment(0);
            while (segment.position() < 20_000) {
                byte[] payload = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 3000 : 60)];
                random.nextBytes(payload);
                if (random.nextInt(4) == 0) {
                    segment.many(0, segment.position(), "a" + segment.end(), "b" + segment.end());
                } else {
                    segment.lone(payload, segment.position());
                }
            }
            SegmentBuilder last = segment;
            if (!active) {
                segment.seal();
                last = files.segment(segment.end()).lone("next", 0);
                files.save(last);
            }
            files.save(segment);
            files.publish(last);
            List<String> all = files.scan(0).told;
            byte[] bytes = segment.bytes.clone();
            for (int i = random.nextInt(5); i >= 0; i--) {
                int at = SegmentHeader.LENGTH + random.nextInt(segment.position() - SegmentHeader.LENGTH);
                int to = Math.min(at + 1 + random.nextInt(random.nextBoolean() ? 4 : 600), segment.position());
                Arrays.fill(bytes, at, to, (byte) random.nextInt(256));
            }
            files.write(files.paths.segment(0), bytes);

            HandmadeShard.Scan scan = files.scan(0);

            assertThat(scan.told.stream().filter(line -> !line.contains("DAMAGE")))
                    .as("seed %d round %d", seed, round)
                    .isSubsetOf(all);
            long lost = scan.gaps.stream().mapToLong(Gap::length).sum();
            assertThat(scan.told.size() - scan.gaps.size() + lost)
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(last.end());
            files.storage.delete(files.paths.segment(0));
            if (last != segment) {
                files.storage.delete(files.paths.segment(last.base));
            }
        }
    }
}
