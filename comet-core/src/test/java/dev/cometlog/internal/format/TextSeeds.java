package dev.cometlog.internal.format;

import dev.cometlog.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Seeds of names, properties and dead letters.
public final class TextSeeds {
    private TextSeeds() {}

    public static Map<String, byte[]> all() {
        Map<String, byte[]> seeds = new TreeMap<>();
        seeds.put("name/encoded", text("events%3Av1"));
        seeds.put("name/encoded-unicode", text("%F0%9F%98%80-caf%C3%A9"));
        seeds.put("name/id", text("events:v1:shard:0007@123"));
        seeds.put("name/hidden", text("%2Ehidden.name"));
        seeds.put("name/long", text("%C3%A9".repeat(34)));
        seeds.put("properties/stream", text("""
                        codec=none
                        maxAge=PT4H
                        maxShardBytes=1073741824
                        overflow=DROP_OLDEST
                        protectUnconsumed=true
                        rollInterval=PT1H
                        segmentBytes=67108864
                        shards=16
                        """));
        seeds.put("properties/directory", text("""
                        dirMode=750
                        featureBits.reader=0
                        featureBits.writer=0
                        fileMode=640
                        format=1
                        maxTotalBytes=17179869184
                        minFreeBytes=536870912
                        """));
        seeds.put("properties/whole", PropertiesText.encode(Map.of("shards", "16", "blockTimeout", "PT30S")));
        EntryId origin = new EntryId("events:v1", 7, 123);
        Throwable error = new IllegalStateException("no such user: é");
        seeds.put("letter/whole", DeadLetterDescriptor.encode(origin, 1_700_000_000_000_000L, 4, error, text("body")));
        seeds.put("letter/empty", DeadLetterDescriptor.encode(origin, 0, 1, new RuntimeException(), new byte[0]));
        return seeds;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
