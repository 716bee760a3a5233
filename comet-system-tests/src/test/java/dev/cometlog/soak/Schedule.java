package dev.cometlog.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Shares the time out: harnesses in lanes side by side, one after the other in each, so that every lane is done at
/// the same time.
record Schedule(List<Lane> lanes) {
    /// One harness and its time.
    record Turn(String name, Duration time) {}

    /// What runs one after the other.
    record Lane(List<Turn> turns) {}

    /// @param lanes at most this many
    static Schedule of(List<Harness> harnesses, int lanes, Duration time) {
        List<List<Harness>> filled = new ArrayList<>();
        for (int i = 0; i < Math.min(lanes, harnesses.size()); i++) {
            filled.add(new ArrayList<>());
        }
        harnesses.stream()
                .sorted(Comparator.comparingInt(Harness::share).reversed())
                .forEach(harness -> emptiest(filled).add(harness));
        return new Schedule(filled.stream().map(lane -> timed(lane, time)).toList());
    }

    private static List<Harness> emptiest(List<List<Harness>> lanes) {
        return lanes.stream().min(Comparator.comparingInt(Schedule::shares)).orElseThrow();
    }

    private static int shares(List<Harness> lane) {
        return lane.stream().mapToInt(Harness::share).sum();
    }

    private static Lane timed(List<Harness> lane, Duration time) {
        int shares = shares(lane);
        return new Lane(lane.stream()
                .map(harness -> new Turn(
                        harness.name(), time.multipliedBy(harness.share()).dividedBy(shares)))
                .toList());
    }
}
