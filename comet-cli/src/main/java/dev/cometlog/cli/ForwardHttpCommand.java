package dev.cometlog.cli;

import dev.cometlog.forward.HttpOptions;
import dev.cometlog.forward.HttpSink;
import dev.cometlog.forward.NdjsonFormat;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// Forwards to an HTTP receiver as newline-delimited JSON.
@Command(
        name = "http",
        description = "Post streams to an HTTP receiver as newline-delimited JSON, a batch a request.",
        mixinStandardHelpOptions = true,
        footerHeading =
                "%n2xx is done. 429 and 5xx are tried again, not before Retry-After has passed. Other 4xx reject"
                        + " the batch, which is halved until the line to blame is alone; 401, 403, 404, 405 and 407 are tried"
                        + " again.%n%nExamples:%n",
        footer = {
            "  comet forward http http://127.0.0.1:9428/insert/jsonline --stream events:v1 --group logs --format payload",
            "  comet forward http https://collector/in --stream events:v1 --group uplink --gzip"
                    + " --header 'Authorization: Bearer …'"
        })
final class ForwardHttpCommand implements Callable<Integer> {

    @Mixin
    private ForwardOptions options;

    @Parameters(paramLabel = "URL", description = "Where to post to.")
    private URI target;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "envelope",
            converter = Format.class,
            description = "envelope: an object with stream, shard, offset, timestamp and payload. payload: the payload,"
                    + " which should be JSON. Default: ${DEFAULT-VALUE}.")
    private NdjsonFormat format;

    @Option(names = "--gzip", description = "Compress the bodies.")
    private boolean gzip;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header of each request; may be given several times.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = StreamOptions.Time.class,
            description = "How long a request may take. Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    /// Reads `envelope` or `payload`.
    static final class Format implements ITypeConverter<NdjsonFormat> {
        @Override
        public NdjsonFormat convert(String value) {
            try {
                return NdjsonFormat.valueOf(value.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("expected envelope or payload, not \"" + value + "\"");
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        HttpOptions.Builder http =
                HttpOptions.builder(target).format(format).gzip(gzip).timeout(timeout);
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("--header must be 'NAME: VALUE': \"" + header + "\"");
            }
            http.header(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        HttpOptions settings = http.build();
        return ForwardRun.run(options, () -> new HttpSink(settings));
    }
}
