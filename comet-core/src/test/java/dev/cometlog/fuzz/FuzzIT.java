package dev.cometlog.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.testing.WeakenedClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every decoder under a coverage-guided fuzzer, two at a time: `-Dcomet.fuzzSeconds=600` for longer on each.
///
/// What it finds, and the corpus as it grows, stays in `target/fuzz`.
class FuzzIT {
    private static final int SECONDS = Integer.getInteger("comet.fuzzSeconds", 10);
    private static final int CONTROL_SECONDS = 60;
    private static final int AT_A_TIME = 2;
    private static final Path CORPORA = Path.of("src/test/resources/fuzz").toAbsolutePath();

    private final Path directory = Path.of("target/fuzz").toAbsolutePath();

    @Test
    void noInputBreaksADecoder() throws Exception {
        List<String> findings = new ArrayList<>();
        StringBuilder figures = new StringBuilder("fuzz: " + SECONDS + " s each");
        try (var workers = Executors.newFixedThreadPool(AT_A_TIME)) {
            Map<FuzzFormat, Future<FuzzRun.Result>> results = new EnumMap<>(FuzzFormat.class);
            for (FuzzFormat format : FuzzFormat.values()) {
                results.put(
                        format,
                        workers.submit(
                                () -> FuzzRun.of(format, SECONDS, "", CORPORA, directory.resolve(format.label()))));
            }
            for (FuzzFormat format : FuzzFormat.values()) {
                FuzzRun.Result result = results.get(format).get();
                figures.append(", ").append(format.label()).append(' ').append(result.executed());
                if (!result.finding().isEmpty()) {
                    findings.add(format.label() + ": " + result.finding());
                }
            }
        }
        System.out.println(figures + " inputs, " + findings.size() + " findings");
        assertThat(findings).isEmpty();
    }

    /// A decoder without one of its checks must be caught.
    @ParameterizedTest
    @CsvSource({
        "FRAME, log/FrameReader.java, '|| length > rest - FrameDescriptor.HEADER_LENGTH', ''",
        "LETTER, format/DeadLetterDescriptor.java, 'length < 0 ||', ''"
    })
    void aDecoderWithoutABoundCheckIsCaught(FuzzFormat format, String source, String check, String instead)
            throws Exception {
        Path run = directory.resolve("control-" + format.label());
        Path classes = Files.createDirectories(run.resolve("classes"));
        String weakened = WeakenedClasses.of(Path.of(""), "dev/cometlog/internal/" + source, check, instead, classes);
        FuzzRun.Result result = FuzzRun.of(format, CONTROL_SECONDS, weakened, CORPORA, run);
        assertThat(result.finding()).contains("Exception");
    }
}
