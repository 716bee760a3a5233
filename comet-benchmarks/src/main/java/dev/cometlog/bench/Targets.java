package dev.cometlog.bench;

import java.nio.file.Path;
import java.util.ServiceLoader;

/// Finds a subject by its name.
final class Targets {
    private Targets() {}

    static Target open(String subject, Path directory) throws Exception {
        return switch (subject) {
            case "comet" -> new CometTarget(directory);
            case "mapped" -> new MappedTarget(directory);
            case "sparse" -> new SparseTarget(directory);
            case "channel" -> new ChannelTarget(directory);
            case "forced" -> new ForcedTarget(directory);
            default -> peer(subject, directory);
        };
    }

    private static Target peer(String subject, Path directory) throws Exception {
        for (TargetProvider provider : ServiceLoader.load(TargetProvider.class)) {
            if (provider.name().equals(subject)) {
                return provider.open(directory);
            }
        }
        throw new IllegalArgumentException("unknown subject: " + subject + "; peers need a build with -Ppeers");
    }
}
