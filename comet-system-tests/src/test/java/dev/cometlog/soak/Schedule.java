package dev.cometlog.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Shares the time out: harnesses in lanes side by side, one after the other in each, so that every lane is done at
/// the same time. Each gets the least that it needs, and its share of what is left then.
record Schedule(List<Lane> lanes) {
    /// One harness and its time.
    record Turn(String name, Duration time) {}

    /// What runs one after the other.
    record Lane(List<Turn> turns) {}

    /// @param lanes at most this many
    /// @throws IllegalArgumentException if the time is too short, telling how long it must be
    static Schedule of(List<Harness> harnesses, int lanes, Duration time) {
        List<List<Harness>> filled = new ArrayList<>();
        for (int i = 0; i < Math.min(lanes, harnesses.size()); i++) {
            filled.add(new ArrayList<>());
        }
        Duration whole = time.multipliedBy(filled.size());
        Comparator<Harness> byTime = Comparator.comparing(harness -> time(harness, harnesses, whole));
        harnesses.stream()
                .sorted(byTime.reversed())
                .forEach(harness -> filled.stream()
                        .min(Comparator.comparing(lane -> taken(lane, harnesses, whole)))
                        .orElseThrow()
                        .add(harness));
        Duration least = filled.stream()
                .map(Schedule::least)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        if (time.compareTo(least) < 0) {
            throw new IllegalArgumentException("these harnesses need at least " + least.toSeconds() + " s: seconds="
                    + time.toSeconds() + "; --only runs fewer of them");
        }
        return new Schedule(filled.stream()
                .map(lane -> new Lane(lane.stream()
                        .map(harness -> new Turn(harness.name(), time(harness, lane, time)))
                        .toList()))
                .toList());
    }

    /// What a harness gets of the time that it shares with others.
    private static Duration time(Harness harness, List<Harness> sharing, Duration time) {
        int shares = sharing.stream().mapToInt(Harness::share).sum();
        return harness.least()
                .plus(time.minus(least(sharing)).multipliedBy(harness.share()).dividedBy(shares));
    }

    private static Duration taken(List<Harness> lane, List<Harness> sharing, Duration time) {
        return lane.stream().map(harness -> time(harness, sharing, time)).reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration least(List<Harness> lane) {
        return lane.stream().map(Harness::least).reduce(Duration.ZERO, Duration::plus);
    }
}
