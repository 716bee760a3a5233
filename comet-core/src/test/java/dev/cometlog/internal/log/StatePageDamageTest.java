package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A state page of this boot in which a word is damaged costs no entry, and no append its sanity.
@Timeout(60)
class StatePageDamageTest {
    private static final int END_OFFSET = 192;
    private static final int LOCK_WORD = 128;
    private static final long DEAD = 1L << 61;
    private static final int ENTRIES = 200;

    @TempDir
    Path directory;

    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    private List<String> appendAndDie() {
        Shard shard = fixture.open(ShardFixture.BOOT);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            long offset = ShardFixture.append(shard, "entry " + i);
            told.add(offset + "=entry " + i);
        }
        return told;
    }

    private void overwrite(int field, long value) throws IOException {
        byte[] page = Files.readAllBytes(fixture.paths.state());
        LittleEndian.putLong(page, field, value);
        Files.write(fixture.paths.state(), page);
    }

    @ParameterizedTest
    @CsvSource({
        "end offset,   192, 9223372036854775804",
        "end offset,   192, 4611686018427388104",
        "end offset,   192, -1",
        "end offset,   192, 500000",
        "end offset,   192, 72",
        "end offset,   192, 0",
        "write position, 256, -1",
        "write limit,  264, 9223372036854775807",
        "active base,  280, 1099511627776",
        "append limit, 296, 9223372036854775807",
        "append limit, 296, -1",
        "start offset, 304, 9223372036854775807",
        "start offset, 304, 500",
        "start offset, 304, -7",
        "next base,    320, 9223372036854775807",
        "next base,    320, -1",
        "retain start, 328, 9223372036854775807",
        "retain start, 328, -1",
        "prepare bytes, 408, -1",
        "prepare bytes, 408, 9223372036854775807"
    })
    void aDamagedWordCostsNoEntry(String word, int field, long value) throws IOException {
        List<String> appended = appendAndDie();
        overwrite(field, value);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).as(word).containsExactlyElementsOf(appended);
        long next = ShardFixture.append(again, "after");
        assertThat(next).isBetween((long) ENTRIES, 4 * ShardSync.RESERVED_AHEAD);
        assertThat(ShardFixture.read(again, next)).containsExactly(next + "=after");
        assertThat(again.state().appendLimit()).isLessThan(8 * ShardSync.RESERVED_AHEAD);
        again.close(true);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, DEAD})
    void anEndInTheMiddleOfABatchIsNotBelieved(long holder) throws IOException {
        List<String> appended = appendAndDie();
        Shard shard = fixture.openInNewEpoch(ShardFixture.BOOT);
        ShardFixture.appendBatch(shard, "a", "b", "c");
        ShardFixture.append(shard, "d");
        appended.addAll(List.of("200=a", "201=b", "202=c", "203=d"));
        overwrite(END_OFFSET, ENTRIES + 1);
        overwrite(LOCK_WORD, holder);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "after")).isGreaterThanOrEqualTo(ENTRIES + 4);
        assertThat(ShardFixture.read(again, 0)).containsAll(appended);
        again.close(true);
    }

    /// Only an empty segment is one that a roller died in who jumped over offsets.
    @ParameterizedTest
    @ValueSource(longs = {0, 7})
    void anEndBelowTheActiveSegmentIsNoJumpThatWasBegun(long end) throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        int entries = 0;
        while (shard.view().segments().bases().length < 2) {
            ShardFixture.append(shard, payload + entries++);
        }
        ShardFixture.append(shard, payload + entries++);
        List<String> appended = ShardFixture.read(shard, 0);
        overwrite(END_OFFSET, end);
        overwrite(LOCK_WORD, DEAD);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "after")).isGreaterThanOrEqualTo(entries);
        assertThat(ShardFixture.read(again, 0)).containsAll(appended);
        again.close(true);
    }

    @Test
    void anEndBelowTheLastCheckpointIsNotBelieved() throws IOException {
        List<String> appended = appendAndDie();
        Shard shard = fixture.openInNewEpoch(ShardFixture.BOOT);
        shard.sync();
        overwrite(END_OFFSET, ENTRIES - 1);
        overwrite(LOCK_WORD, DEAD);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "after")).isGreaterThanOrEqualTo(ENTRIES);
        assertThat(ShardFixture.read(again, 0)).containsAll(appended);
        again.close(true);
    }

    /// What a writer that died left unpublished is no sign of damage.
    @Test
    void oneBatchBehindTheEndIsWipedAsEver() throws IOException {
        List<String> appended = appendAndDie();
        overwrite(END_OFFSET, ENTRIES - 1);
        overwrite(LOCK_WORD, DEAD);

        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.read(again, 0)).containsExactlyElementsOf(appended.subList(0, ENTRIES - 1));
        assertThat(ShardFixture.append(again, "after")).isEqualTo(ENTRIES - 1);
        again.close(true);
    }
}
