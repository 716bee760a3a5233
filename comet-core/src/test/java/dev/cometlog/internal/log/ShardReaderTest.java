package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.FrameDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardReaderTest {
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
    void anEmptyShardDeliversNothing() {
        assertThat(files.scan(0).told).isEmpty();
        assertThat(files.scan(100).told).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void everyKindOfFrameIsDeliveredInOrder(Verify verify) throws IOException {
        files.saveActive(files.segment(0)
                .lone("a", 1)
                .many(FrameDescriptor.MORE_FOLLOWS, 2, "b", "", "c")
                .many(0, 2, "d")
                .lone("e", 3)
                .many(0, 4, ""));

        HandmadeShard.Scan scan = files.scan(0, verify);

        assertThat(scan.told).containsExactly("0=a", "1=b", "2=", "3=c", "4=d", "5=e", "6=");
        assertThat(scan.timestamps.stream().map(t -> t - HandmadeShard.TIME))
                .containsExactly(1L, 2L, 2L, 2L, 2L, 3L, 4L);
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void everyOffsetCanBeTheFirst(Verify verify) throws IOException {
        saveTwoSegments(true);
        List<String> all = files.scan(0, verify).told;

        for (int from = 0; from < all.size(); from++) {
            assertThat(files.scan(from, verify).told).isEqualTo(all.subList(from, all.size()));
        }
    }

    @Test
    void anIndexThatIsGoneOrDamagedChangesNothing() throws IOException {
        saveTwoSegments(true);
        List<String> all = files.scan(0).told;

        files.write(files.paths.index(0), new byte[16]);
        assertThat(files.scan(700).told).isEqualTo(all.subList(700, all.size()));
        files.storage.delete(files.paths.index(0));
        assertThat(files.scan(700).told).isEqualTo(all.subList(700, all.size()));
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void aSegmentWhoseRollerDiedBeforeSealingLeadsToTheNext(Verify verify) throws IOException {
        saveTwoSegments(false);

        assertThat(files.scan(0, verify).told).hasSize(1010).noneMatch(told -> told.contains(".."));
    }

    /// Offsets 0 to 999 in a first segment, lone and in batches, and ten more in the active one.
    private void saveTwoSegments(boolean sealed) throws IOException {
        SegmentBuilder first = files.segment(0);
        for (int i = 0; i < 1000; i += 4) {
            first.lone("entry " + i, i).many(0, i + 1, "x" + (i + 1), "x" + (i + 2), "x" + (i + 3));
        }
        files.save(sealed ? first.seal() : first);
        SegmentBuilder second = files.segment(1000, 1000, HandmadeShard.TIME + 2000);
        IntStream.range(1000, 1010).forEach(i -> second.lone("entry " + i, i - 1000));
        files.saveActive(second);
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void aScanInStepsDeliversWhatOneScanDoes(Verify verify) throws IOException {
        saveTwoSegments(true);
        List<String> all = files.scan(0).told;

        for (int step : new int[] {1, 2, 3, 7, 100}) {
            ShardReader reader = new ShardReader(files.view());
            HandmadeShard.Scan scan = new HandmadeShard.Scan();
            int read = step;
            while (read > 0) {
                read = reader.scan(step, verify, scan::visit, scan::gap);
                assertThat(read).isLessThanOrEqualTo(step);
                assertThat(reader.nextOffset()).isEqualTo(scan.told.size());
            }
            assertThat(scan.told).isEqualTo(all);
        }
    }

    @Test
    void theWayOfVerifyingMayChangeInTheMiddleOfABatch() throws IOException {
        saveTwoSegments(true);
        ShardReader reader = new ShardReader(files.view());
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        for (int i = 0; scan.told.size() < 1010; i++) {
            reader.scan(1, i % 2 == 0 ? Verify.CRC : Verify.NONE, scan::visit, scan::gap);
        }

        assertThat(scan.told).isEqualTo(files.scan(0).told);
    }

    @Test
    void whatIsAppendedBetweenTwoScansIsReadByTheSecond() throws IOException {
        SegmentBuilder active = files.segment(0).lone("first", 0);
        files.saveActive(active);
        ShardReader reader = new ShardReader(files.view());
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        reader.scan(10, Verify.CRC, scan::visit, scan::gap);
        assertThat(reader.scan(10, Verify.CRC, scan::visit, scan::gap)).isZero();

        // Written, not yet published, then published.
        active.lone("second", 1);
        files.save(active);
        assertThat(reader.scan(10, Verify.CRC, scan::visit, scan::gap)).isZero();
        files.publish(active);
        reader.scan(10, Verify.CRC, scan::visit, scan::gap);

        assertThat(scan.told).containsExactly("0=first", "1=second");
    }

    @Test
    void aVisitorThatSaysEnoughHasConsumedThatEntry() throws IOException {
        saveTwoSegments(true);
        ShardReader reader = new ShardReader(files.view());

        int read = reader.scan(
                100, Verify.CRC, (offset, time, memory, position, length) -> offset < 41, GapVisitor.ignore());

        assertThat(read).isEqualTo(42);
        assertThat(reader.nextOffset()).isEqualTo(42);
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void anEntryWhoseVisitorThrewComesAgain(Verify verify) throws IOException {
        saveTwoSegments(true);
        List<String> all = files.scan(0).told;
        for (int bad = 0; bad < 12; bad++) {
            int failing = bad;
            ShardReader reader = new ShardReader(files.view());
            assertThatThrownBy(() -> reader.scan(
                            100,
                            verify,
                            (offset, time, memory, position, length) -> {
                                if (offset == failing) {
                                    throw new IllegalStateException("visitor");
                                }
                                return true;
                            },
                            GapVisitor.ignore()))
                    .hasMessage("visitor");
            assertThat(reader.nextOffset()).isEqualTo(failing);

            HandmadeShard.Scan rest = new HandmadeShard.Scan();
            reader.scan(Integer.MAX_VALUE, verify, rest::visit, rest::gap);
            assertThat(rest.told).isEqualTo(all.subList(failing, all.size()));
        }
    }

    @Test
    void aGapWhoseVisitorThrewIsToldAgain() throws IOException {
        files.saveActive(files.segment(1000, 0, HandmadeShard.TIME).lone("after", 0));
        ShardReader reader = new ShardReader(files.view());
        assertThatThrownBy(() -> reader.scan(1, Verify.CRC, (o, t, m, p, l) -> true, gap -> {
                    throw new IllegalStateException("gap visitor");
                }))
                .hasMessage("gap visitor");

        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        reader.scan(10, Verify.CRC, scan::visit, scan::gap);
        assertThat(scan.told).containsExactly("0..1000 POWER_LOSS", "1000=after");
    }

    @Test
    void offsetsThatWereJumpedOverAreAGapByPowerLoss() throws IOException {
        files.save(files.segment(0).lone("a", 0).lone("b", 1).seal());
        files.saveActive(files.segment(1 << 30, 2, HandmadeShard.TIME).lone("c", 0));

        assertThat(files.scan(0).told).containsExactly("0=a", "1=b", "2..1073741824 POWER_LOSS", "1073741824=c");
        assertThat(files.scan(77).told).containsExactly("77..1073741824 POWER_LOSS", "1073741824=c");
    }

    @Test
    void expiredOffsetsAreAGapByRetention() throws IOException {
        saveTwoSegments(true);
        ShardReader reader = new ShardReader(files.view());
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        files.state.startOffset(1000);
        files.storage.delete(files.paths.segment(0));
        files.storage.delete(files.paths.index(0));
        reader.scan(Integer.MAX_VALUE, Verify.CRC, scan::visit, scan::gap);

        assertThat(scan.told.getFirst()).isEqualTo("0..1000 RETENTION");
        assertThat(scan.told).hasSize(11);
    }

    @Test
    void aShardOfWhichAllIsExpiredDeliversOneGap() throws IOException {
        files.state.activeBase(50);
        files.state.endOffset(50);
        files.state.startOffset(50);

        assertThat(files.scan(10).told).containsExactly("10..50 RETENTION");
    }

    @Test
    void aSegmentThatIsGoneIsAGapByDamage() throws IOException {
        files.save(files.segment(0).lone("a", 0).seal());
        files.save(files.segment(1).lone("b", 0).lone("c", 0).seal());
        files.saveActive(files.segment(3).lone("d", 0));
        files.storage.delete(files.paths.segment(1));

        assertThat(files.scan(0).told).containsExactly("0=a", "1..3 DAMAGE", "3=d");
        assertThat(files.scan(2).told).containsExactly("2..3 DAMAGE", "3=d");
    }

    @Test
    void aSegmentWithABadHeaderIsAGapByDamage() throws IOException {
        SegmentBuilder bad = files.segment(0).lone("a", 0).lone("b", 0).seal();
        bad.bytes[20]++;
        files.save(bad);
        files.saveActive(files.segment(2).lone("c", 0));

        assertThat(files.scan(0).told).containsExactly("0..2 DAMAGE", "2=c");
    }

    @Test
    void withoutAnySegmentEverythingIsDamage() {
        files.state.endOffset(9);

        assertThat(files.scan(4).told).containsExactly("4..9 DAMAGE");
    }

    @Test
    void aSegmentCutShortLosesOnlyWhatIsCut() throws IOException {
        SegmentBuilder first =
                files.segment(0).lone("a", 0).lone("b", 0).lone("c", 0).seal();
        files.write(files.paths.segment(0), Arrays.copyOf(first.bytes, first.framePositions.get(1) + 12));
        files.saveActive(files.segment(3).lone("d", 0));

        assertThat(files.scan(0).told).containsExactly("0=a", "1..3 DAMAGE", "3=d");
    }

    @Test
    void entriesLargerThanAChunkAreReadWhole() throws IOException {
        byte[] large = new byte[40 << 10];
        Arrays.fill(large, (byte) 'x');
        SegmentBuilder active = new SegmentBuilder(files.id, 1 << 20, 0, 0, HandmadeShard.TIME);
        IntStream.range(0, 20).forEach(i -> active.lone(large, i).lone("small", i));
        files.saveActive(active);

        String text = new String(large, StandardCharsets.UTF_8);
        List<String> expected = LongStream.range(0, 40)
                .mapToObj(i -> i + "=" + (i % 2 == 0 ? text : "small"))
                .toList();
        assertThat(files.scan(0).told).isEqualTo(expected);
    }

    @Test
    void aMalformedBodyThatVerifiesIsAGapAndNothingElseIsLost() throws IOException {
        byte[] body = SegmentBuilder.manyBody("ok", "bad", "never");
        body[4] = 100;
        files.saveActive(
                files.segment(0).frame(FrameDescriptor.MANY, body, 0, 3).lone("after", 0));

        assertThat(files.scan(0).told).containsExactly("0=ok", "1..3 DAMAGE", "3=after");
        assertThat(files.scan(2).told).containsExactly("2..3 DAMAGE", "3=after");
    }

    @Test
    void seekingBackAndForthFindsEveryOffset() throws IOException {
        saveTwoSegments(true);
        List<String> all = files.scan(0).told;
        ShardReader reader = new ShardReader(files.view());
        for (int from : List.of(1009, 3, 500, 501, 2, 999, 1000, 0)) {
            List<Long> offsets = new ArrayList<>();
            reader.seek(from);
            reader.scan(5, Verify.CRC, (o, t, m, p, l) -> offsets.add(o), GapVisitor.ignore());
            assertThat(offsets.getFirst()).isEqualTo(from);
            assertThat(offsets).hasSize(Math.min(5, all.size() - from));
        }
    }
}
