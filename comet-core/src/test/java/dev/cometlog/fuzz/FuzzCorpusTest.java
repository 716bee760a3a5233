package dev.cometlog.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Everything that a fuzzer starts from, or once found something with, is decoded within bounds.
class FuzzCorpusTest {
    @TempDir
    Path scratch;

    @ParameterizedTest
    @EnumSource(FuzzFormat.class)
    void theCorpusIsDecodedWithinBounds(FuzzFormat format) throws Exception {
        List<Path> corpus;
        try (var files = Files.list(Path.of("src/test/resources/fuzz", format.label()))) {
            corpus = files.sorted().toList();
        }
        assertThat(corpus).isNotEmpty();
        FuzzTarget target = new BoundedTarget(format.target(scratch));
        for (Path file : corpus) {
            byte[] input = Files.readAllBytes(file);
            try {
                target.decode(input);
                target.decode(new byte[0]);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(file + ": " + e.getMessage(), e);
            }
        }
    }
}
