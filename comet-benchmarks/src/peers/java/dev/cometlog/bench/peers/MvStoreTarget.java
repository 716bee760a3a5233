package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/// H2 MVStore with its background commit: entries are in the heap until then.
final class MvStoreTarget implements Target {
    private final MVStore store;
    private final MVMap<Long, byte[]> map;
    private long next;

    MvStoreTarget(Path directory) {
        store = new MVStore.Builder()
                .fileName(directory.resolve("mvstore").toString())
                .open();
        map = store.openMap("entries");
    }

    @Override
    public void append(byte[] payload) {
        map.append(next++, payload);
    }

    @Override
    public void appendBatch(List<byte[]> payloads) {
        for (byte[] payload : payloads) {
            append(payload);
        }
        long unused = store.commit();
        assert unused >= 0;
    }

    @Override
    public long read(boolean verified) {
        long entries = 0;
        for (Map.Entry<Long, byte[]> entry : map.entrySet()) {
            if (entry.getValue().length > 0) {
                entries++;
            }
        }
        return entries;
    }

    @Override
    public long intact(byte[] payload) {
        return map.entrySet().stream()
                .filter(entry -> Arrays.equals(entry.getValue(), payload))
                .count();
    }

    @Override
    public void close() {
        store.close();
    }
}
