package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import dev.cometlog.bench.TargetProvider;
import java.nio.file.Path;

/// Makes targets of the kind [RocksTarget].
public final class RocksProvider implements TargetProvider {
    @Override
    public String name() {
        return "rocksdb";
    }

    @Override
    public Target open(Path directory) throws Exception {
        return new RocksTarget(directory);
    }
}
