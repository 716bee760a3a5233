package dev.cometlog.bench.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cometlog.bench.Target;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/// LMDB with `MDB_NOSYNC`: a transaction for each append or batch, keys that count up, `MDB_APPEND`.
final class LmdbTarget implements Target {
    private static final long MAP_BYTES = 16L << 30;

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> entries;
    private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
    private ByteBuffer value = ByteBuffer.allocateDirect(1 << 16);
    private long next;

    @SuppressWarnings("deprecation") // open(File, flags) is what all versions have
    LmdbTarget(Path directory) {
        env = Env.create().setMapSize(MAP_BYTES).setMaxDbs(1).open(directory.toFile(), EnvFlags.MDB_NOSYNC);
        entries = env.openDbi("entries".getBytes(UTF_8), DbiFlags.MDB_CREATE);
    }

    @Override
    public void append(byte[] payload) {
        try (Txn<ByteBuffer> transaction = env.txnWrite()) {
            put(transaction, payload);
            transaction.commit();
        }
    }

    @Override
    public void appendBatch(List<byte[]> payloads) {
        try (Txn<ByteBuffer> transaction = env.txnWrite()) {
            for (byte[] payload : payloads) {
                put(transaction, payload);
            }
            transaction.commit();
        }
    }

    private void put(Txn<ByteBuffer> transaction, byte[] payload) {
        key.clear().putLong(next++).flip();
        if (value.capacity() < payload.length) {
            value = ByteBuffer.allocateDirect(payload.length);
        }
        value.clear().put(payload).flip();
        boolean unused = entries.put(transaction, key, value, PutFlags.MDB_APPEND);
        assert unused;
    }

    @Override
    public long read(boolean verified) {
        return visit(null);
    }

    @Override
    public long intact(byte[] payload) {
        return visit(ByteBuffer.wrap(payload));
    }

    private long visit(@Nullable ByteBuffer expected) {
        long found = 0;
        try (Txn<ByteBuffer> transaction = env.txnRead();
                CursorIterable<ByteBuffer> all = entries.iterate(transaction)) {
            for (CursorIterable.KeyVal<ByteBuffer> entry : all) {
                if (expected == null || expected.equals(entry.val())) {
                    found++;
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        env.close();
    }
}
