package dev.cometlog.bench.peers;

import dev.cometlog.bench.Target;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB: the default column family, write-ahead log on, sync off; a key of eight bytes that counts up.
final class RocksTarget implements Target {
    static {
        RocksDB.loadLibrary();
    }

    private final Options options;
    private final WriteOptions write = new WriteOptions();
    private final RocksDB db;
    private final byte[] key = new byte[Long.BYTES];
    private long next;

    RocksTarget(Path directory) throws RocksDBException {
        options = new Options().setCreateIfMissing(true);
        db = RocksDB.open(options, directory.resolve("rocks").toString());
    }

    private byte[] nextKey() {
        ByteBuffer unused = ByteBuffer.wrap(key).putLong(0, next++);
        assert unused.hasArray();
        return key;
    }

    @Override
    public void append(byte[] payload) throws RocksDBException {
        db.put(write, nextKey(), payload);
    }

    @Override
    public void appendBatch(List<byte[]> payloads) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (byte[] payload : payloads) {
                batch.put(nextKey(), payload);
            }
            db.write(write, batch);
        }
    }

    @Override
    public long read(boolean verified) {
        return visit(null);
    }

    @Override
    public long intact(byte[] payload) {
        return visit(payload);
    }

    private long visit(byte @Nullable [] expected) {
        long entries = 0;
        try (RocksIterator iterator = db.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                byte[] value = iterator.value();
                if (expected == null || Arrays.equals(expected, value)) {
                    entries++;
                }
            }
        }
        return entries;
    }

    @Override
    public void close() {
        db.close();
        write.close();
        options.close();
    }
}
