package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinesTest {

    @Test
    void eachLineFeedEndsALineAndNothingElseDoes() throws IOException {
        assertThat(lines("a\r\nb\rc\n\n\u2028d\n")).containsExactly("a\r", "b\rc", "", "\u2028d");
    }

    @Test
    void whatFollowsTheLastLineFeedIsALineToo() throws IOException {
        assertThat(lines("a\nb")).containsExactly("a", "b");
        assertThat(lines("\n")).containsExactly("");
        assertThat(lines("")).isEmpty();
    }

    @Test
    void linesJoinedAgainAreTheInputByteForByte() throws IOException {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        var input = new byte[300_000];
        random.nextBytes(input);
        // A stretch without any line feed that is longer than the buffer, too.
        for (int i = 50_000; i < 200_000; i++) {
            input[i] = input[i] == '\n' ? (byte) 0 : input[i];
        }
        input[input.length - 1] = '\n';

        var joined = new ByteArrayOutputStream();
        var lines = new Lines(new Trickle(input, random), Integer.MAX_VALUE);
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            joined.writeBytes(line);
            joined.write('\n');
        }

        assertThat(joined.toByteArray()).as("seed " + seed).isEqualTo(input);
    }

    @Test
    void anEndlessLineIsRefusedInsteadOfFillingTheMemory() {
        var lines = new Lines(new ByteArrayInputStream(new byte[1 << 20]), 100_000);

        assertThatThrownBy(lines::next).isInstanceOf(CommandFailure.class).hasMessageContaining("100000 bytes");
    }

    private static List<String> lines(String text) throws IOException {
        var lines = new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Integer.MAX_VALUE);
        List<String> found = new ArrayList<>();
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            found.add(new String(line, StandardCharsets.UTF_8));
        }
        return found;
    }

    /// Gives few bytes at a time, as a pipe may.
    private static final class Trickle extends ByteArrayInputStream {
        private final SplittableRandom random;

        Trickle(byte[] bytes, SplittableRandom random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] into, int from, int length) {
            return super.read(into, from, Math.min(length, random.nextInt(1, 9000)));
        }
    }
}
