package dev.cometlog.cli;

import dev.cometlog.kafka.KafkaOptions;
import dev.cometlog.kafka.KafkaSink;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Forwards to Apache Kafka.
@Command(
        name = "kafka",
        description = "Send streams to Apache Kafka, each shard in its order to one partition.",
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nRecords carry the headers comet.stream, comet.shard and comet.offset. Without --transactional"
                        + " an entry may come more than once, and these say which it is.%n%nExamples:%n",
        footer = {
            "  comet forward kafka broker-1:9092 --stream events:v1 --group uplink --topic edge-{stream}",
            "  comet forward kafka broker-1:9092 --stream events:v1 --group uplink --transactional --source box-17"
        })
final class ForwardKafkaCommand implements Callable<Integer> {

    @Mixin
    private ForwardOptions options;

    @Parameters(paramLabel = "BROKERS", description = "host:port, several of them with commas.")
    private String brokers;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            defaultValue = "{stream}",
            description = "The topic; {stream} stands for the stream's name, with a dot for what a topic cannot be"
                    + " called. Default: ${DEFAULT-VALUE}.")
    private String topic;

    @Option(
            names = "--transactional",
            description = "Write each batch and how far the shard has come in one transaction, so that readers of"
                    + " committed records see every entry once.")
    private boolean transactional;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            defaultValue = "",
            description =
                    "A name that no other log has that is sent to the same Kafka; becomes the header comet.source.")
    private String source;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = StreamOptions.Time.class,
            description = "How long a batch may take before it is tried again. Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Option(
            names = "--property",
            paramLabel = "NAME=VALUE",
            description = "A setting of Kafka's producer, such as compression.type=lz4; may be given several times.")
    private Map<String, String> properties = new TreeMap<>();

    @Override
    public Integer call() throws Exception {
        KafkaOptions.Builder kafka = KafkaOptions.builder(brokers)
                .topic(topic)
                .source(source)
                .transactional(transactional)
                .sendTimeout(timeout);
        properties.forEach(kafka::property);
        KafkaOptions settings = kafka.build();
        return ForwardRun.run(options, () -> new KafkaSink(settings));
    }
}
