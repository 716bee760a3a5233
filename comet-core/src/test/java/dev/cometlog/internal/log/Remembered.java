package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/// What of a file or directory is durable, beside what it is now.
interface Remembered {
    /// Makes what is left of it after a power cut.
    void cut(Random random, int sectorBytes, Storage target, Path into) throws IOException;

    /// Makes some of it durable that was not.
    void writeBack(Random random) throws IOException;

    /// How likely something that was not forced survives this time: all and nothing are as telling as a mixture.
    static double chance(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> 0.5;
            default -> random.nextDouble();
        };
    }
}
