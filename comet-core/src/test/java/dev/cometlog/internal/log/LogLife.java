package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What happens to a log between two power cuts: it is opened and checked, then worked with at random.
final class LogLife implements AutoCloseable {
    static final int SEGMENT_BYTES = 64 * 1024;
    private static final int CURE_TICKS = 4;
    private static final Duration CURE_INTERVAL = Duration.ofSeconds(11);
    private static final int LARGEST_BATCH = SEGMENT_BYTES / 4;
    private static final List<String> STREAMS = List.of("orders:v1", "pläne:v1");
    private static final List<Integer> SHARDS = List.of(2, 1);
    private static final CometConfig CONFIG = CometConfig.builder()
            .segmentBytes(SEGMENT_BYTES)
            .retention(r -> r.maxShardBytes(5L * SEGMENT_BYTES))
            .build();
    private static final FaultSwitch NO_FAULTS = _ -> {};

    private final PowerCutStorage storage;

    /// What the log sees of it.
    private final Storage seen;

    private final CutDisk disk;
    private final ManualTime time;
    private final BootId boot;
    private final LogPromises promises;
    private final Random random;
    private final LogGroups groups;
    private final Map<ShardId, Shard> open = new LinkedHashMap<>();
    private @Nullable Log log;
    private FaultSwitch faults = NO_FAULTS;
    private int failures;
    private @Nullable Incarnations incarnations;

    /// The batch that is being appended, to which shard, and how many there were before it.
    private @Nullable List<byte[]> inDoubt;

    private @Nullable Shard target;
    private long batchesBefore;

    /// @param seen the storage as the log sees it, if there is something in between
    LogLife(
            PowerCutStorage storage,
            Storage seen,
            CutDisk disk,
            ManualTime time,
            BootId boot,
            LogPromises promises,
            Random random) {
        this.storage = storage;
        this.seen = seen;
        this.disk = disk;
        this.time = time;
        this.boot = boot;
        this.promises = promises;
        this.random = random;
        this.groups = new LogGroups(promises, random);
    }

    /// Ends with [PowerCut].
    void live() throws IOException, InterruptedException {
        if (random.nextInt(4) == 0) {
            storage.cutAtCall(random.nextInt(50), this::cut);
        }
        openAll();
        storage.dontCut();
        check(true);
        if (random.nextInt(3) > 0) {
            storage.cutAtCall(random.nextInt(150), this::cut);
        }
        int operations = random.nextInt(80);
        for (int i = 0; i < operations; i++) {
            operate();
        }
        cut();
        throw new PowerCut();
    }

    /// Works while calls fail, then heals, sees that nothing that was acknowledged is gone, and ends with a cut.
    ///
    /// @throws AssertionError if anything but an exception of ours comes out
    void liveWithFaults(int operations, FaultSwitch switched) throws IOException, InterruptedException {
        faults = switched;
        tolerate(this::openAll);
        for (int i = 0; i < operations; i++) {
            if (log == null || log.isClosed()) {
                tolerate(this::openAll);
            } else {
                tolerate(this::operate);
            }
        }
        faults.let(false);
        faults = NO_FAULTS;
        if (log == null || log.isClosed()) {
            openAll();
        }
        openShards();
        for (int i = 0; i < CURE_TICKS; i++) {
            tick(CURE_INTERVAL);
        }
        // A tick behind a roll deletes what is too much, as it does between operations.
        open.values().forEach(this::note);
        check(false);
        for (Shard shard : open.values()) {
            if (shard.state().poison() == 0) {
                long end = shard.state().endOffset();
                shard.sync();
                promises.shard(shard.id()).promise(end);
            }
        }
        open.values().forEach(this::note);
        cut();
    }

    /// Whether calls may fail.
    interface FaultSwitch {
        void let(boolean fail);
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void tolerate(Step step) throws IOException, InterruptedException {
        try {
            step.run();
        } catch (CometException e) {
            failures++;
            noteWhatWasVisible();
            inDoubt = null;
        }
    }

    /// How often an operation failed.
    int failures() {
        return failures;
    }

    private void cut() {
        try {
            disk.cut(storage, random);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What readers could see when the power went must never be handed out again.
    void noteWhatWasVisible() {
        Shard appending = target;
        List<byte[]> batch = inDoubt;
        if (appending != null && batch != null) {
            ShardState state = appending.state();
            if (state.counters().get(ShardCounters.Counter.BATCHES) > batchesBefore) {
                promises.shard(appending.id()).published(state.endOffset() - batch.size(), batch);
            }
        }
        open.values().forEach(this::note);
    }

    private void note(Shard shard) {
        AppendedBatches appended = promises.shard(shard.id());
        appended.visible(shard.state().endOffset());
        appended.promise(shard.state().durableOffset());
        appended.deleted(shard.state().startOffset());
    }

    private Log log() {
        if (log == null) {
            throw new AssertionError("no log is open");
        }
        return log;
    }

    /// Opens the log and every shard that there was, in any order.
    private void openAll() throws IOException {
        open.clear();
        Machine machine = new Machine(mode -> seen, time, () -> boot, (name, count) -> new DirectExecutor());
        log = new LogOpener(new LogDirectory(disk.root()), CONFIG, machine).open();
        incarnations = log.incarnations();
        openShards();
    }

    private void openShards() {
        for (ShardId id : promises.shards().keySet()) {
            log().find(id.stream()).ifPresent(stream -> open(stream, id.shard()));
        }
    }

    private Shard open(LogStream stream, int number) {
        Shard shard = stream.shard(number);
        open.put(shard.id(), shard);
        // From here on it counts as made.
        AppendedBatches _ = promises.shard(shard.id());
        return shard;
    }

    /// Looks at everything. No call fails meanwhile: it is the work that has to bear it.
    private void check(boolean powerLost) throws IOException, InterruptedException {
        faults.let(false);
        try {
            compare(powerLost);
        } finally {
            faults.let(true);
        }
    }

    private void compare(boolean powerLost) throws IOException, InterruptedException {
        for (Map.Entry<String, LogPromises.Value> stream : promises.streams.entrySet()) {
            String maxAge = log().find(stream.getKey())
                    .map(found -> found.settings().maxAge().toString())
                    .orElse(null);
            String before = stream.getValue().toString();
            assertThat(stream.getValue().settle(maxAge, powerLost))
                    .as("maxAge of %s: %s, stored was %s", stream.getKey(), maxAge, before)
                    .isTrue();
        }
        String bound = LogProperties.in(disk.root())
                .reread(seen)
                .orElseThrow(() -> new AssertionError("comet.properties is gone"))
                .maxTotalBytes()
                .map(Object::toString)
                .orElse(null);
        assertThat(promises.bound.settle(bound, powerLost))
                .as("maxTotalBytes=%s", bound)
                .isTrue();
        for (ShardId id : promises.shards().keySet()) {
            if (open.containsKey(id)) {
                promises.shard(id).check(open.get(id), powerLost, random);
                note(open.get(id));
            } else {
                promises.shard(id).checkNothingWasPromised();
            }
        }
        groups.check(log(), powerLost);
    }

    private void operate() throws IOException, InterruptedException {
        if (random.nextInt(5) == 0) {
            storage.writeBack(random);
        }
        int what = random.nextInt(100);
        if (what < 33) {
            append(List.of(payload(random.nextInt(8) == 0 ? 12_000 : 600)));
        } else if (what < 50) {
            append(batch());
        } else if (what < 58) {
            Shard shard = anyShard();
            long end = shard.state().endOffset();
            shard.sync();
            promises.shard(shard.id()).promise(end);
        } else if (what < 62) {
            log().sync();
            open.values()
                    .forEach(shard ->
                            promises.shard(shard.id()).promise(shard.state().endOffset()));
        } else if (what < 68) {
            tick(Duration.ofSeconds(2));
            tick(Duration.ofSeconds(2));
        } else if (what < 71) {
            tick(Duration.ofHours(2));
        } else if (what < 75) {
            Retained _ = log().retain(false);
        } else if (what < 86) {
            groups.poll(log(), anyStream().name());
        } else if (what < 89) {
            groups.sync();
        } else if (what < 90) {
            groups.delete(log());
        } else if (what < 93) {
            alter(anyStream().name());
        } else if (what < 94) {
            alterBound();
        } else if (what < 97) {
            closeCleanly();
        } else {
            reopenAsAfterAKill();
        }
        open.values().forEach(this::note);
    }

    private void tick(Duration later) {
        time.advance(later);
        open.values().forEach(shard -> shard.tick(time.nanoTime()));
    }

    private LogStream anyStream() {
        int index = random.nextInt(STREAMS.size());
        String name = STREAMS.get(index);
        if (log().find(name).isPresent()) {
            return log().find(name).orElseThrow();
        }
        LogPromises.Value maxAge = promises.streams.computeIfAbsent(name, _ -> new LogPromises.Value());
        maxAge.storing(
                StreamSettings.of(Map.of(StreamSettings.SHARDS, "1")).maxAge().toString());
        LogStream made = log().findOrCreate(name, SHARDS.get(index));
        maxAge.stored();
        return made;
    }

    private Shard anyShard() {
        LogStream stream = anyStream();
        return open(stream, random.nextInt(stream.shardCount()));
    }

    private void alter(String stream) {
        String maxAge = Duration.ofHours(3 + random.nextInt(10)).toString();
        LogPromises.Value value = promises.streams.get(stream);
        value.storing(maxAge);
        log().alter(stream, Map.of(StreamSettings.MAX_AGE, maxAge));
        value.stored();
    }

    private void alterBound() {
        String bytes = Long.toString((1L << 30) + random.nextInt(1000));
        promises.bound.storing(bytes);
        log().alterBounds(Map.of(DirectorySettings.MAX_TOTAL_BYTES, bytes));
        promises.bound.stored();
    }

    private void append(List<byte[]> payloads) {
        Shard shard = anyShard();
        ShardState state = shard.state();
        batchesBefore = state.counters().get(ShardCounters.Counter.BATCHES);
        target = shard;
        inDoubt = payloads;
        long offset = payloads.size() == 1
                ? shard.append(payloads.getFirst(), 0, payloads.getFirst().length)
                : shard.appendBatch(payloads);
        inDoubt = null;
        promises.shard(shard.id()).appended(offset, payloads);
    }

    private List<byte[]> batch() {
        int entries = 2 + random.nextInt(20);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            payloads.add(payload(LARGEST_BATCH / entries / (1 + random.nextInt(8))));
        }
        return payloads;
    }

    private byte[] payload(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void closeCleanly() throws IOException, InterruptedException {
        groups.close();
        open.values().forEach(this::note);
        List<Shard> closing = List.copyOf(open.values());
        // A cut in the middle finds some of them closed; nothing becomes visible any more.
        open.clear();
        log().close();
        closing.forEach(shard ->
                promises.shard(shard.id()).promise(promises.shard(shard.id()).handedOut()));
        log = null;
        openAll();
        check(false);
    }

    private void reopenAsAfterAKill() throws IOException, InterruptedException {
        open.values().forEach(this::note);
        groups.abandon();
        try {
            log().incarnations().close();
        } catch (IOException e) {
            // A process that is killed deletes nothing either; its locks are free.
            failures++;
        }
        log = null;
        openAll();
        check(false);
    }

    /// Lets go of what would outlive the machine's memory only in a test.
    @Override
    public void close() throws IOException {
        groups.close();
        if (incarnations != null) {
            incarnations.close();
        }
    }
}
