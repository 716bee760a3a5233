package dev.cometlog.cli;

import dev.cometlog.Delivery;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs a command for each delivery and hands it the entries. Exit code 0 means that it has dealt with them.
final class CommandDelivery implements DeliveryTarget {
    private final String command;
    private final EntryOptions options;

    private @Nullable Process running; // guarded by this
    private boolean ending; // guarded by this

    CommandDelivery(String command, EntryOptions options) {
        this.command = command;
        this.options = options;
        // What is told to stop takes the command with it: its delivery comes again, so it must not go on alone.
        Runtime.getRuntime().addShutdownHook(new Thread(this::endForGood, "comet-end-command"));
    }

    @Override
    public void take(Delivery delivery, int count) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("COMET_STREAM", delivery.stream());
        environment.put("COMET_SHARD", Integer.toString(delivery.shard()));
        environment.put(
                "COMET_OFFSET", Long.toString(delivery.iterator().next().id().offset()));
        environment.put("COMET_COUNT", Integer.toString(count));
        Process process = start(builder);
        try {
            feed(process, delivery, count);
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("the command ended with exit code " + code);
            }
        } finally {
            end(process);
        }
    }

    private synchronized Process start(ProcessBuilder builder) throws IOException {
        if (ending) {
            throw new IOException("the command is not started: comet was told to stop");
        }
        Process process = builder.start();
        running = process;
        return process;
    }

    private synchronized void endForGood() {
        ending = true;
        if (running != null) {
            end(running);
        }
    }

    private void feed(Process process, Delivery delivery, int count) {
        try (OutputStream input = process.getOutputStream();
                Output output = new Output(input)) {
            PrintedDelivery.print(delivery, count, options.printer(output));
        } catch (Output.ClosedPipe | IOException e) {
            // The command has read as much as it wants, or has died. Its exit code says which.
            return;
        }
    }

    private static void end(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
