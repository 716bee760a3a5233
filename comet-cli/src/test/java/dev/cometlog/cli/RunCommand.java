package dev.cometlog.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/// Runs a command within the test's JVM and keeps what it prints.
record RunCommand(int code, String output, String error) {

    static RunCommand of(String... arguments) {
        var output = new StringWriter();
        var error = new StringWriter();
        var bytes = new ByteArrayOutputStream();
        int code;
        try (var _ = Output.divert(bytes)) {
            code = Main.commandLine()
                    .setOut(new PrintWriter(output))
                    .setErr(new PrintWriter(error))
                    .execute(arguments);
        }
        return new RunCommand(code, output + bytes.toString(StandardCharsets.UTF_8), error.toString());
    }
}
