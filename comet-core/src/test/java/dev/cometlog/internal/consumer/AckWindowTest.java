package dev.cometlog.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AckWindowTest {

    @Test
    void theWatermarkIsTheEndOfWhatIsAcknowledgedWithoutAHole() {
        AckWindow window = new AckWindow(10);
        assertThat(window.ack(12, 14)).isEqualTo(2);
        assertThat(window.watermark()).isEqualTo(10);
        assertThat(window.isAcked(13)).isTrue();
        assertThat(window.isAcked(11)).isFalse();

        assertThat(window.ack(10, 12)).isEqualTo(2);
        assertThat(window.watermark()).isEqualTo(14);
        assertThat(window.above()).isZero();
    }

    @Test
    void anAckCountsOnce() {
        AckWindow window = new AckWindow(0);
        assertThat(window.ack(5, 6)).isEqualTo(1);
        assertThat(window.ack(5, 6)).isZero();
        assertThat(window.ack(0, 10)).isEqualTo(9);
        assertThat(window.ack(0, 10)).isZero();
    }

    @Test
    void acksTooFarAboveTheWatermarkAreRefused() {
        AckWindow window = new AckWindow(7);
        assertThat(window.ack(7 + AckWindow.SIZE - 1, 7 + AckWindow.SIZE)).isEqualTo(1);
        assertThatThrownBy(() -> window.ack(8 + AckWindow.SIZE, 9 + AckWindow.SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(7)");
        // From the watermark on there is no bound: a gap may be long.
        assertThat(window.ack(7, 1L << 40)).isEqualTo((1L << 40) - 8);
        assertThat(window.watermark()).isEqualTo(1L << 40);
    }

    @Test
    void randomAcksAgreeWithAModel() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            long base = random.nextInt(1000);
            AckWindow window = new AckWindow(base);
            BitSet model = new BitSet();
            model.set(0, (int) base);
            int range = 1 << random.nextInt(1, 14);
            for (int i = 0; i < 500; i++) {
                int from = (int) window.watermark() + random.nextInt(range) - range / 8;
                from = Math.max(from, 0);
                int to = from + 1 + random.nextInt(random.nextBoolean() ? 1 : range);
                int before = model.cardinality();
                model.set(from, to);
                assertThat(window.ack(from, to)).isEqualTo(model.cardinality() - before);
                assertThat(window.watermark()).isEqualTo(model.nextClearBit(0));
                int probe = from + random.nextInt(2 * range);
                assertThat(window.isAcked(probe)).isEqualTo(model.get(probe));
                assertThat(window.firstUnacked(from)).isEqualTo(model.nextClearBit(from));
            }
        }
    }
}
