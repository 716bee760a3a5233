package dev.cometlog.cli;

import dev.cometlog.internal.log.DiskBudget;
import dev.cometlog.internal.log.StreamSettings;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/// The bounds of a log and the settings of its streams, beside what is used of them.
///
/// @param allocatedBytes what all files of the directory take, rounded up to blocks
/// @param freeBytes what the filesystem has left
record BoundsReport(
        DiskBudget.Bounds bounds, long allocatedBytes, long freeBytes, SortedMap<String, StreamSettings> streams) {

    static BoundsReport of(OpenLog log, List<String> names) {
        DiskBudget budget = log.log().budget();
        SortedMap<String, StreamSettings> streams = new TreeMap<>();
        names.forEach(name -> streams.put(name, log.stream(name).settings()));
        return new BoundsReport(budget.bounds(), budget.allocatedBytes(), budget.usableBytes(), streams);
    }

    void print(Output output) {
        output.line("");
        output.line("directory: %d of maxTotalBytes=%d in use, %d free, minFreeBytes=%d"
                .formatted(allocatedBytes, bounds.maxTotalBytes(), freeBytes, bounds.minFreeBytes()));
        streams.forEach((name, settings) -> output.line(name + ": " + String.join(", ", texts(settings))));
    }

    private static List<String> texts(StreamSettings settings) {
        return List.of(
                "codec=" + codec(settings),
                "maxAge=" + text(settings.maxAge()),
                "maxShardBytes=" + settings.maxShardBytes(),
                "minSegments=" + settings.minSegments(),
                "overflow=" + settings.overflow(),
                "protectUnconsumed=" + settings.protectUnconsumed(),
                "forceDeleteAfter=" + text(settings.forceDeleteAfter()),
                "idleGroupAfter=" + text(settings.idleGroupAfter()),
                "blockTimeout=" + settings.blockTimeout(),
                "segmentBytes=" + settings.segmentBytes(),
                "rollInterval=" + settings.rollInterval(),
                "maxEntryBytes=" + settings.maxEntryBytes(),
                "codecMinBytes=" + settings.codecMinBytes());
    }

    private static String codec(StreamSettings settings) {
        boolean isNone = settings.codec().equals(StreamSettings.NO_CODEC);
        return isNone ? settings.codec() : settings.codec() + ":" + settings.codecLevel();
    }

    private static String text(Duration duration) {
        return duration.isZero() ? "never" : duration.toString();
    }

    void write(JsonGenerator json) {
        json.writeObjectPropertyStart("directory");
        json.writeNumberProperty("allocatedBytes", allocatedBytes);
        json.writeNumberProperty("maxTotalBytes", bounds.maxTotalBytes());
        json.writeNumberProperty("freeBytes", freeBytes);
        json.writeNumberProperty("minFreeBytes", bounds.minFreeBytes());
        json.writeEndObject();
        json.writeArrayPropertyStart("streams");
        streams.forEach((name, settings) -> {
            json.writeStartObject();
            json.writeStringProperty("stream", name);
            json.writeStringProperty("codec", codec(settings));
            json.writeNumberProperty("maxAgeMs", settings.maxAge().toMillis());
            json.writeNumberProperty("maxShardBytes", settings.maxShardBytes());
            json.writeNumberProperty("minSegments", settings.minSegments());
            json.writeStringProperty("overflow", settings.overflow().name());
            json.writeBooleanProperty("protectUnconsumed", settings.protectUnconsumed());
            json.writeNumberProperty(
                    "forceDeleteAfterMs", settings.forceDeleteAfter().toMillis());
            json.writeNumberProperty(
                    "idleGroupAfterMs", settings.idleGroupAfter().toMillis());
            json.writeNumberProperty("blockTimeoutMs", settings.blockTimeout().toMillis());
            json.writeNumberProperty("segmentBytes", settings.segmentBytes());
            json.writeNumberProperty("rollIntervalMs", settings.rollInterval().toMillis());
            json.writeNumberProperty("maxEntryBytes", settings.maxEntryBytes());
            json.writeNumberProperty("codecMinBytes", settings.codecMinBytes());
            json.writeEndObject();
        });
        json.writeEndArray();
    }
}
