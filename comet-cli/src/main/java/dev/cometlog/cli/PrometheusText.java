package dev.cometlog.cli;

import dev.cometlog.CometMetrics;
import dev.cometlog.CometStats;
import dev.cometlog.Health;
import java.util.ArrayList;
import java.util.List;

/// Writes stats in the text format of Prometheus.
final class PrometheusText {
    private final Output output;

    PrometheusText(Output output) {
        this.output = output;
    }

    /// A thing that has metrics, and the labels it carries.
    private record Labelled<T>(String labels, T value) {}

    /// Writes everything there is, and the health as `comet_health`: 0 healthy, 1 degraded, 2 failed.
    void write(CometStats stats, Health health) {
        output.line("# HELP comet_health 0 healthy, 1 degraded, 2 failed");
        output.line("# TYPE comet_health gauge");
        output.line("comet_health " + CometMetrics.level(health));
        write(CometMetrics.ofLog(), List.of(new Labelled<>("", stats)));
        List<Labelled<CometStats.OfShard>> shards = new ArrayList<>();
        List<Labelled<CometStats.OfGroup>> groups = new ArrayList<>();
        for (CometStats.OfStream stream : stats.streams()) {
            for (CometStats.OfShard shard : stream.shards()) {
                String labels = "stream=\"" + escape(stream.name()) + "\",shard=\"" + shard.shard() + '"';
                shards.add(new Labelled<>('{' + labels + '}', shard));
                for (CometStats.OfGroup group : shard.groups()) {
                    groups.add(new Labelled<>('{' + labels + ",group=\"" + escape(group.group()) + "\"}", group));
                }
            }
        }
        write(CometMetrics.ofShard(), shards);
        write(CometMetrics.ofGroup(), groups);
    }

    private <T> void write(List<CometMetrics.Metric<T>> metrics, List<Labelled<T>> of) {
        for (CometMetrics.Metric<T> metric : metrics) {
            if (of.isEmpty()) {
                continue;
            }
            String name = name(metric);
            output.line("# HELP " + name + ' ' + metric.description());
            output.line("# TYPE " + name + ' ' + (metric.kind() == CometMetrics.Kind.COUNTER ? "counter" : "gauge"));
            for (Labelled<T> labelled : of) {
                double value = metric.value().applyAsDouble(labelled.value());
                if (!Double.isNaN(value)) {
                    output.line(name + labelled.labels() + ' ' + number(value));
                }
            }
        }
    }

    /// Dots are not allowed there, a unit comes last but for what says that it is a counter.
    private static String name(CometMetrics.Metric<?> metric) {
        String name = metric.name().replace('.', '_');
        if (!metric.unit().isEmpty() && !name.endsWith('_' + metric.unit())) {
            name += '_' + metric.unit();
        }
        return metric.kind() == CometMetrics.Kind.COUNTER ? name + "_total" : name;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String escape(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
