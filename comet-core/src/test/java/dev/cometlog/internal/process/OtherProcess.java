package dev.cometlog.internal.process;

import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A real JVM that has a log open as one incarnation and answers questions until it is killed.
public final class OtherProcess implements AutoCloseable {
    private static final List<AutoCloseable> LOCKED = new ArrayList<>();

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter questions;
    private final long incarnation;

    private OtherProcess(Process process) throws IOException {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        this.incarnation = Long.parseLong(answers.readLine());
    }

    public static OtherProcess start(Path directory) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new OtherProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        OtherProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    public static void main(String[] args) throws IOException {
        DiskStorage storage = new DiskStorage(FilesMode.DEFAULT);
        try (Incarnations self = Incarnations.open(storage, Path.of(args[0]), 0640);
                var questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(self.self());
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println(answer(self, line.split(" ")));
            }
        }
    }

    private static Object answer(Incarnations self, String[] question) {
        return switch (question[0]) {
            case "alive" -> self.isAlive(Long.parseLong(question[1]));
            case "others" -> self.anyoneElseAlive();
            case "processId" -> self.processId();
            case "control" -> {
                // Kept until the process ends.
                LOCKED.add(self.control(Duration.ofSeconds(10)));
                yield true;
            }
            default -> throw new IllegalArgumentException(question[0]);
        };
    }

    public long incarnation() {
        return incarnation;
    }

    public long pid() {
        return process.pid();
    }

    public String ask(String question) throws IOException {
        questions.println(question);
        return answers.readLine();
    }

    /// Lets it die as by `kill -9`, and returns when it is dead.
    public void kill() {
        Process _ = process.destroyForcibly().onExit().join();
    }

    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    @Override
    public void close() {
        kill();
    }
}
