package dev.cometlog.cli;

import picocli.CommandLine.Option;

/// The option of the commands that tell what they found or did: for people, or for programs.
final class OutputOption {

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, or json: one JSON value. Default: ${DEFAULT-VALUE}.")
    private Format format;

    private enum Format {
        table,
        json
    }

    boolean isJson() {
        return format == Format.json;
    }
}
