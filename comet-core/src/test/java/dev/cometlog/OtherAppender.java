package dev.cometlog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A real JVM that has a log open and appends an entry to a shard whenever it is told to.
final class OtherAppender implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter shards;

    OtherAppender(Path directory) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        OtherAppender.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        shards = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    public static void main(String[] args) throws IOException {
        try (Comet comet = Comet.open(Path.of(args[0]), c -> c.syncInterval(Duration.ofMillis(200)));
                BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String shard = told.readLine(); shard != null; shard = told.readLine()) {
                System.out.println(append(comet.stream("events:v1").shard(Integer.parseInt(shard))));
            }
        }
    }

    private static String append(CometShard shard) {
        try {
            return Long.toString(shard.append(new byte[1]));
        } catch (CometException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// The offset of an entry that it appends to a shard, or what the append was refused with.
    String append(int shard) throws IOException {
        shards.println(shard);
        return String.valueOf(answers.readLine());
    }

    @Override
    public void close() {
        Process _ = process.destroyForcibly().onExit().join();
    }
}
