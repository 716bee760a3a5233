package dev.cometlog.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;

/// Finds the checkout that the tests run in.
final class SourceTree {

    private SourceTree() {}

    /// Returns the directory that holds `mvnw`, wherever Maven or an IDE started the tests.
    static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            if (Files.exists(dir.resolve("mvnw"))) {
                return dir;
            }
        }
        throw new IllegalStateException("no mvnw above " + start);
    }
}
