package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class DamageTableTest {
    private final MemorySegment page = Arena.ofAuto().allocate(4096, 8);
    private final DamageTable table = new DamageTable(page, 2048);

    @Test
    void aRangeIsNewOnceAndSoIsWhatOverlapsIt() {
        assertThat(table.note(10, 20, 0)).isTrue();
        assertThat(table.note(10, 20, 0)).isFalse();
        assertThat(table.note(15, 16, 0)).isFalse();
        assertThat(table.note(5, 11, 0)).isFalse();
        assertThat(table.note(20, 21, 0)).isTrue();
        assertThat(table.note(9, 10, 0)).isTrue();
        assertThat(table.known(0))
                .containsExactlyInAnyOrder(
                        new DamageTable.Range(10, 20), new DamageTable.Range(20, 21), new DamageTable.Range(9, 10));
    }

    @Test
    void whatLiesBelowTheStartMakesRoom() {
        for (int i = 0; i < DamageTable.PLACES; i++) {
            assertThat(table.note(2L * i, 2L * i + 1, 0)).isTrue();
        }
        assertThat(table.note(1000, 1001, 0)).isTrue();
        assertThat(table.note(1000, 1001, 0))
                .as("no place was left to note it in")
                .isTrue();
        assertThat(table.note(1000, 1001, 1)).isTrue();
        assertThat(table.note(1000, 1001, 1)).isFalse();
        assertThat(table.known(1)).hasSize(DamageTable.PLACES).doesNotContain(new DamageTable.Range(0, 1));
    }

    @Test
    void aLongRangeIsKnownByItsBeginning() {
        assertThat(table.note(1L << 40, (1L << 40) + (1 << 20), 0)).isTrue();
        assertThat(table.note(1L << 40, (1L << 40) + (1 << 20), 0)).isFalse();
    }
}
