package dev.cometlog.internal.log;

import java.util.Set;
import java.util.stream.Collectors;

/// The platform threads of this JVM, for tests of who starts some.
final class Threads {
    private Threads() {}

    static Set<Thread> named(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .collect(Collectors.toSet());
    }
}
