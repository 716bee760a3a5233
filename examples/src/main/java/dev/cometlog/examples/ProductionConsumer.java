package dev.cometlog.examples;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.Exhausted;
import dev.cometlog.Health;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import dev.cometlog.micrometer.CometMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A consumer as one runs it in production: retries, dead letters, metrics, health, and an end that loses nothing.
///
/// Delivery is at least once, so [Sink#send] must bear to be given an entry again.
public final class ProductionConsumer {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Comet comet;
    private final CometConsumer consumer;
    private final ConsumerTask task;

    /// Where the entries go.
    public interface Sink {
        /// Takes one entry, or throws: then it comes again.
        void send(String stream, String text) throws Exception;
    }

    /// Begins to consume, on threads of its own.
    ///
    /// @param registry of the service's metrics
    public ProductionConsumer(Path directory, Sink sink, MeterRegistry registry) {
        comet = Comet.open(directory);
        // Lag, failures, gaps, syncs, disk: everything that alerts are made of.
        new CometMeterBinder(comet).bindTo(registry);
        consumer = comet.consumer("shipper");
        task = consumer.start(
                delivery -> send(delivery, sink),
                ProcessOptions.builder().stream("events:v1")
                        .batchSize(500)
                        // A new group would rather have everything than miss something.
                        .startAt(Seek.earliest())
                        .maxRetries(3)
                        .retryDelay(Duration.ofMillis(100))
                        // What cannot be handled must not hold up the rest, and must not be forgotten.
                        .onExhausted(Exhausted.deadLetter("events-dlq:v1"))
                        .onError((error, attempt) ->
                                registry.counter("shipper.errors").increment())
                        .onGap(gap -> System.err.println("never delivered: " + gap))
                        .parallelism(2)
                        .build());
    }

    private static void send(Delivery delivery, Sink sink) throws Exception {
        for (Entry entry : delivery) {
            sink.send(delivery.stream(), new String(entry.bytes(), StandardCharsets.UTF_8));
        }
        // Returning acknowledges the delivery; throwing has it come again.
    }

    /// For the service's health endpoint: what is wrong, for people; empty if all is well.
    public String problems() {
        Health health = comet.health();
        StringBuilder text = new StringBuilder();
        health.reasons()
                .forEach(reason -> text.append(reason.status())
                        .append(' ')
                        .append(reason.message())
                        .append('\n'));
        return text.toString();
    }

    /// Lets the deliveries in progress finish and be acknowledged, then leaves the log.
    public void stop() throws InterruptedException {
        boolean ended = task.stop(PATIENCE);
        if (!ended) {
            System.err.println("a handler did not end within " + PATIENCE + "; its delivery comes again");
        }
        consumer.close();
        comet.close();
    }
}
