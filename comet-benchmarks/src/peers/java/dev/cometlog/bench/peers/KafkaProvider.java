package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import dev.cometlog.bench.TargetProvider;
import java.nio.file.Path;

/// Makes targets of the kind [KafkaTarget].
public final class KafkaProvider implements TargetProvider {
    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public Target open(Path directory) throws Exception {
        return new KafkaTarget(directory);
    }
}
