package dev.cometlog.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A broker in a JVM of its own, so that what it takes can be told from what its clients take.
final class BrokerProcess implements AutoCloseable {
    private static final String READY = "broker at ";

    private final Process process;
    private final String address;

    private BrokerProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /// Starts one that keeps everything in `directory`.
    static BrokerProcess start(Path directory) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (line == null || !line.startsWith(READY)) {
            process.destroyForcibly();
            throw new IOException("the broker did not start: " + line);
        }
        return new BrokerProcess(process, line.substring(READY.length()));
    }

    String address() {
        return address;
    }

    /// Processor time of all its threads.
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }

    /// Ends when its standard input does.
    public static void main(String[] args) throws IOException {
        try (TestBroker broker = TestBroker.start(Path.of(args[0]))) {
            System.out.println(READY + broker.address());
            System.out.flush();
            while (System.in.read() >= 0) {
                // Nothing is said to it; the end is what it waits for.
            }
        }
        System.exit(0);
    }
}
