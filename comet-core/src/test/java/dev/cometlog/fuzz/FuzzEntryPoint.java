package dev.cometlog.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// What Jazzer calls: `--target_class` of this name, `--target_args` a format and an empty directory.
public final class FuzzEntryPoint {
    private static FuzzTarget target = input -> {
        throw new IllegalStateException("not initialized");
    };

    private FuzzEntryPoint() {}

    public static void fuzzerInitialize(String[] arguments) {
        try {
            FuzzFormat format = FuzzFormat.valueOf(arguments[0].toUpperCase(Locale.ROOT));
            target = new BoundedTarget(format.target(Files.createDirectories(Path.of(arguments[1]))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        target.decode(input);
    }
}
