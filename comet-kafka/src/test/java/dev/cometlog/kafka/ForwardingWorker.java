package dev.cometlog.kafka;

import dev.cometlog.Comet;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.RetrySettings;
import java.nio.file.Path;
import java.time.Duration;

/// A process that forwards until it is killed: `DIRECTORY STREAM GROUP BOOTSTRAP TOPIC TRANSACTIONAL
/// BYTES_PER_SECOND`.
final class ForwardingWorker {
    private ForwardingWorker() {}

    public static void main(String[] args) throws Exception {
        KafkaOptions kafka = KafkaOptions.builder(args[3])
                .topic(args[4])
                .source("test")
                .transactional(Boolean.parseBoolean(args[5]))
                .build();
        ForwarderOptions options = ForwarderOptions.builder().stream(args[1])
                .batchSize(500)
                .bytesPerSecond(Long.parseLong(args[6]))
                .retry(RetrySettings.DEFAULT
                        .withInitialInterval(Duration.ofMillis(100))
                        .withMaxInterval(Duration.ofSeconds(1)))
                .build();
        try (Comet comet = Comet.open(Path.of(args[0]));
                Forwarder forwarder = Forwarder.start(comet, args[2], new KafkaSink(kafka), options)) {
            while (!forwarder.join(Duration.ofSeconds(1))) {
                System.out.println(forwarder.stats());
            }
            forwarder.failure().ifPresent(error -> error.printStackTrace(System.out));
        }
    }
}
