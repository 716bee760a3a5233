package dev.cometlog.fuzz;

import dev.cometlog.internal.consumer.GroupFuzz;
import dev.cometlog.internal.format.DeadLetterFuzz;
import dev.cometlog.internal.format.StreamNameFuzz;
import dev.cometlog.internal.log.FrameFuzz;
import dev.cometlog.internal.log.IndexFuzz;
import dev.cometlog.internal.log.PropertiesFuzz;
import dev.cometlog.internal.log.SegmentFuzz;
import dev.cometlog.internal.log.StatePageFuzz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// What is fuzzed, each with a corpus in `src/test/resources/fuzz/` and a target.
public enum FuzzFormat {
    FRAME {
        @Override
        FuzzTarget target(Path scratch) {
            return new FrameFuzz();
        }
    },
    SEGMENT {
        @Override
        FuzzTarget target(Path scratch) throws IOException {
            return new SegmentFuzz(scratch);
        }
    },
    INDEX {
        @Override
        FuzzTarget target(Path scratch) throws IOException {
            return new IndexFuzz(scratch);
        }
    },
    STATE {
        @Override
        FuzzTarget target(Path scratch) throws IOException {
            return new StatePageFuzz(scratch);
        }
    },
    GROUP {
        @Override
        FuzzTarget target(Path scratch) throws IOException {
            return new GroupFuzz(scratch);
        }
    },
    NAME {
        @Override
        FuzzTarget target(Path scratch) {
            return new StreamNameFuzz();
        }
    },
    PROPERTIES {
        @Override
        FuzzTarget target(Path scratch) {
            return new PropertiesFuzz();
        }
    },
    LETTER {
        @Override
        FuzzTarget target(Path scratch) {
            return new DeadLetterFuzz();
        }
    };

    /// @param scratch an empty directory, for the lock file that even a log in memory needs
    abstract FuzzTarget target(Path scratch) throws IOException;

    /// Its name in lower case: of its corpus, and in figures.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
