package dev.cometlog.bench;

import java.nio.file.Path;

/// Makes targets of one kind; peers are found by `ServiceLoader`, so that nothing here needs them.
public interface TargetProvider {
    /// The word by which cells name the subject.
    String name();

    Target open(Path directory) throws Exception;
}
