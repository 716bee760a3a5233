package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import dev.cometlog.bench.TargetProvider;
import java.nio.file.Path;

/// Makes targets of the kind [LmdbTarget].
public final class LmdbProvider implements TargetProvider {
    @Override
    public String name() {
        return "lmdb";
    }

    @Override
    public Target open(Path directory) throws Exception {
        return new LmdbTarget(directory);
    }
}
