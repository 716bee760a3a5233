package dev.cometlog.soak;

import java.util.List;

/// The harnesses that `./soak` runs. To add one, write a class and name it here.
final class Harnesses {
    private static final List<Harness> ALL = List.of(
            new KillHarness(),
            new PowerCutHarness(),
            new FaultHarness(),
            new FuzzHarness(),
            new RaceHarness(),
            new ChaosHarness(),
            new LeakHarness());

    private Harnesses() {}

    static List<Harness> all() {
        return ALL;
    }

    /// @throws IllegalArgumentException naming those that there are
    static Harness named(String name) {
        return ALL.stream()
                .filter(harness -> harness.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no harness is called " + name + "; there are "
                        + ALL.stream().map(Harness::name).toList()));
    }
}
