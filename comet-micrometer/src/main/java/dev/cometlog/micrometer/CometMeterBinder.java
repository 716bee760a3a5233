package dev.cometlog.micrometer;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometMetrics;
import dev.cometlog.CometStats;
import dev.cometlog.Health;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Binds what [Comet#stats()] counts to a registry, under the names of [CometMetrics], and the health as
/// `comet.health`: 0 healthy, 1 degraded, 2 failed.
///
/// What all processes do to the log is counted in its files, so one process that exports it is enough.
///
/// The log is looked at when a meter is read, and not again within a second. Meters of streams, shards and groups
/// that come to be later are registered at such a look, and those of groups that were deleted are removed. Once the
/// log is closed the meters tell NaN. Thread-safe.
public final class CometMeterBinder implements MeterBinder {
    private static final Duration AGE = Duration.ofSeconds(1);

    private final Comet comet;
    private final Iterable<Tag> tags;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<MeterRegistry, Map<Key, List<Meter>>> bound = new HashMap<>();
    private Map<Key, Object> values = Map.of();
    private @Nullable CometStats stats;
    private @Nullable Health health;
    private long lookedNanos;
    private boolean looking;

    /// What a meter is about: a group is empty for a shard, a stream too for the whole log.
    private record Key(String stream, int shard, String group) {
        static final Key LOG = new Key("", -1, "");

        Tags tags(Iterable<Tag> common) {
            Tags tags = Tags.of(common);
            if (shard >= 0) {
                tags = tags.and("stream", stream, "shard", Integer.toString(shard));
            }
            return group.isEmpty() ? tags : tags.and("group", group);
        }
    }

    /// Metrics of a log that the caller keeps open.
    public CometMeterBinder(Comet comet) {
        this(comet, Tags.empty());
    }

    /// Metrics of a log that the caller keeps open.
    ///
    /// @param tags further ones, for every meter
    public CometMeterBinder(Comet comet, Iterable<Tag> tags) {
        this(comet, tags, System::nanoTime);
    }

    CometMeterBinder(Comet comet, Iterable<Tag> tags, LongSupplier nanoTime) {
        this.comet = requireNonNull(comet, "comet");
        this.tags = requireNonNull(tags, "tags");
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (bound.putIfAbsent(requireNonNull(registry, "registry"), new HashMap<>()) != null) {
            return;
        }
        Gauge.builder("comet.health", this, CometMeterBinder::status)
                .description("0 healthy, 1 degraded, 2 failed")
                .tags(tags)
                .strongReference(true)
                .register(registry);
        look();
        registerNew();
    }

    private synchronized double status() {
        refresh();
        Health known = health;
        return known == null ? Double.NaN : CometMetrics.level(known);
    }

    /// Looks at the log unless that was done a moment ago.
    private void refresh() {
        if (!looking && (stats == null || nanoTime.getAsLong() - lookedNanos >= AGE.toNanos())) {
            looking = true;
            try {
                look();
                registerNew();
            } finally {
                looking = false;
            }
        }
    }

    private void look() {
        try {
            CometStats now = comet.stats();
            Map<Key, Object> found = new HashMap<>();
            found.put(Key.LOG, now);
            for (CometStats.OfStream stream : now.streams()) {
                for (CometStats.OfShard shard : stream.shards()) {
                    found.put(new Key(stream.name(), shard.shard(), ""), shard);
                    for (CometStats.OfGroup group : shard.groups()) {
                        found.put(new Key(stream.name(), shard.shard(), group.group()), group);
                    }
                }
            }
            values = found;
            health = comet.health();
            stats = now;
        } catch (CometException.Closed e) {
            // Whoever asks now is answered with NaN; the log has no more to tell.
            values = Map.of();
            health = null;
        }
        lookedNanos = nanoTime.getAsLong();
    }

    private void registerNew() {
        bound.forEach((registry, meters) -> {
            for (Key key : values.keySet()) {
                if (!meters.containsKey(key)) {
                    meters.put(key, register(registry, key));
                }
            }
            if (!values.isEmpty()) {
                Set<Key> gone = new HashSet<>(meters.keySet());
                gone.removeAll(values.keySet());
                gone.forEach(key -> requireNonNull(meters.remove(key)).forEach(registry::remove));
            }
        });
    }

    private List<Meter> register(MeterRegistry registry, Key key) {
        if (key.equals(Key.LOG)) {
            return register(registry, key, CometMetrics.ofLog(), CometStats.class);
        }
        return key.group().isEmpty()
                ? register(registry, key, CometMetrics.ofShard(), CometStats.OfShard.class)
                : register(registry, key, CometMetrics.ofGroup(), CometStats.OfGroup.class);
    }

    private <T> List<Meter> register(
            MeterRegistry registry, Key key, List<CometMetrics.Metric<T>> metrics, Class<T> type) {
        List<Meter> meters = new ArrayList<>();
        for (CometMetrics.Metric<T> metric : metrics) {
            ToDoubleFunction<CometMeterBinder> value = binder -> binder.value(key, metric, type);
            meters.add(
                    metric.kind() == CometMetrics.Kind.COUNTER
                            ? FunctionCounter.builder(metric.name(), this, value)
                                    .description(metric.description())
                                    .baseUnit(unit(metric))
                                    .tags(key.tags(tags))
                                    .register(registry)
                            // The registry holds us by its gauges, so that counters have something to ask.
                            : Gauge.builder(metric.name(), this, value)
                                    .description(metric.description())
                                    .baseUnit(unit(metric))
                                    .tags(key.tags(tags))
                                    .strongReference(true)
                                    .register(registry));
        }
        return meters;
    }

    private static @Nullable String unit(CometMetrics.Metric<?> metric) {
        return metric.unit().isEmpty() ? null : metric.unit();
    }

    private synchronized <T> double value(Key key, CometMetrics.Metric<T> metric, Class<T> type) {
        refresh();
        Object of = values.get(key);
        return of == null ? Double.NaN : metric.value().applyAsDouble(type.cast(of));
    }
}
