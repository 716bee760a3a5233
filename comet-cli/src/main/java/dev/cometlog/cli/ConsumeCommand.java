package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ProcessOptions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Reads a stream as a member of a group: prints its entries, or hands them to a command, and acknowledges them.
@Command(
        name = "consume",
        description =
                "Print the entries of a stream that a group has not read yet, and those to come, and acknowledge them."
                        + " With --exec, run a command for each delivery instead: its standard input are the entries,"
                        + " and exit code 0 acknowledges them. Ends when interrupted or terminated.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nThe command of --exec finds COMET_STREAM, COMET_SHARD, COMET_OFFSET (of the first entry) and"
                + " COMET_COUNT in its environment. What it has not acknowledged comes again: at least once, not exactly"
                + " once.%n%nExit codes: 0 done, 1 damaged entries were left out, 2 an error.%n%nExamples:%n",
        footer = {
            "  comet consume events:v1 --group audit",
            "  comet consume events:v1 --group audit -n 100 -o json",
            "  comet consume events:v1 --group mail --exec 'curl -sf --data-binary @- http://127.0.0.1:8080/in'",
            "  comet consume events:v1 --group mail --exec ./deliver --retries 10 --dead-letter events-dlq:v1"
        })
final class ConsumeCommand implements Callable<Integer> {

    @Mixin
    private EntryOptions options;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            required = true,
            description = "The group to read for; it begins with its first delivery.")
    private String group;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "earliest",
            converter = From.Converter.class,
            description = "Where a group that is new begins: " + From.FORMS + ". Default: ${DEFAULT-VALUE}.")
    private From from;

    @Option(names = "-n", paramLabel = "N", description = "End after N entries.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "100",
            description = "Entries of one delivery, at most. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--exec",
            paramLabel = "COMMAND",
            description = "Hand each delivery to this command line, by sh -c, instead of printing it.")
    private @Nullable String command;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Further attempts with a delivery that failed, with growing pauses. Default: ${DEFAULT-VALUE}.")
    private int retries;

    @ArgGroup
    private @Nullable GivenUp givenUp;

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1) {
            throw new IllegalArgumentException("-n must be at least 1: " + limit);
        }
        options.log().existing();
        try (Comet comet = options.log().openToWrite(settings -> {});
                CometConsumer consumer = comet.consumer(group);
                Output output = Output.standard()) {
            // An unknown name is an error: nobody should wait for one that was mistyped.
            Names.shard(Names.stream(comet, options.stream()), options.shard());
            DeliveryTarget target = command == null
                    ? new PrintedDelivery(options.printer(output), output)
                    : new CommandDelivery(command, options);
            consumer.process(new LimitedHandler(target, limit), processOptions());
        }
        return options.exitCode();
    }

    private ProcessOptions processOptions() {
        ProcessOptions.Builder builder = ProcessOptions.builder().stream(options.stream())
                .batchSize(batch)
                .startAt(from.seek())
                .maxRetries(retries)
                .onGap(options::gap)
                .onError((error, attempt) ->
                        System.err.println("comet: attempt " + attempt + ": " + error.getMessage()));
        Integer shard = options.shard();
        if (shard != null) {
            builder.shards(shard);
        }
        if (givenUp != null) {
            builder.onExhausted(givenUp.choice());
        }
        return builder.build();
    }
}
