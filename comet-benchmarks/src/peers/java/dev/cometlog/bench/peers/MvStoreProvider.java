package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import dev.cometlog.bench.TargetProvider;
import java.nio.file.Path;

/// Makes targets of the kind [MvStoreTarget].
public final class MvStoreProvider implements TargetProvider {
    @Override
    public String name() {
        return "mvstore";
    }

    @Override
    public Target open(Path directory) throws Exception {
        return new MvStoreTarget(directory);
    }
}
