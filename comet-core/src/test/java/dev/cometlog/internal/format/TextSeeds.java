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
        seeds.put(
                "properties/stream",
                text("codec=none\nmaxAge=PT4H\nmaxShardBytes=1073741824\noverflow=DROP_OLDEST\n"
                        + "protectUnconsumed=true\nrollInterval=PT1H\nsegmentBytes=67108864\nshards=16\n"));
        seeds.put(
                "properties/directory",
                text("dirMode=750\nfeatureBits.reader=0\nfeatureBits.writer=0\nfileMode=640\nformat=1\n"
                        + "maxTotalBytes=17179869184\nminFreeBytes=536870912\n"));
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
