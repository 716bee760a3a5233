package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import dev.cometlog.bench.TargetProvider;
import java.nio.file.Path;

/// Makes targets of the kind [ChronicleTarget].
public final class ChronicleProvider implements TargetProvider {
    @Override
    public String name() {
        return "chronicle";
    }

    @Override
    public Target open(Path directory) throws Exception {
        return new ChronicleTarget(directory);
    }
}
