package dev.cometlog;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A real JVM that polls one delivery of a stream, says how many entries it got, and keeps them until killed.
final class ConsumerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private ConsumerProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    static ConsumerProcess start(Path directory, String group, String stream) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ConsumerProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        ConsumerProcess.class.getName(),
                        directory.toString(),
                        group,
                        stream)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    public static void main(String[] args) throws Exception {
        try (Comet comet = Comet.open(Path.of(args[0]));
                CometConsumer consumer = comet.consumer(args[1])) {
            System.out.println(
                    consumer.poll(args[2], 100, Duration.ofSeconds(10)).size());
            // Until the parent kills it, or dies itself and so closes the pipe.
            int _ = System.in.read();
        }
    }

    /// How many entries it was delivered.
    int delivered() throws IOException {
        return Integer.parseInt(answers.readLine());
    }

    long pid() {
        return process.pid();
    }

    /// Lets it die as by `kill -9`, and returns when it is dead.
    void kill() {
        Process _ = process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
