package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.Health;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// An open log: one for each directory and class loader, shared by all who opened it there ([Logs]).
public final class Log {
    /// Of the file that says who this process is.
    static final long PROCESS_FILE_BYTES = 1;

    private final Path directory;
    private final CometConfig config;
    private final Storage storage;
    private final TimeSource time;
    private final Incarnations incarnations;
    private final DirectoryState state;
    private final DiskBudget budget;
    private final StreamStore store;
    private final GroupFiles groupFiles;
    private final BootId boot;
    private final ClockSteps clock;
    private final Retention retention;
    private final StoredSettings settings;
    private final LogThreads threads;
    private final Housekeeper housekeeper;
    private final Map<String, LogStream> streams = new ConcurrentHashMap<>();
    private final AppendSignal openings = new AppendSignal();
    private volatile boolean closed;

    /// What [LogOpener] has opened.
    record Parts(
            Path directory,
            CometConfig config,
            Storage storage,
            TimeSource time,
            Incarnations incarnations,
            DirectoryState state,
            DiskBudget budget,
            StreamStore store,
            BootId boot,
            Machine.Threads threads) {}

    Log(Parts parts) {
        directory = parts.directory();
        config = parts.config();
        storage = parts.storage();
        time = parts.time();
        incarnations = parts.incarnations();
        state = parts.state();
        budget = parts.budget();
        store = parts.store();
        groupFiles = new GroupFiles(storage);
        boot = parts.boot();
        clock = new ClockSteps(state, time, boot);
        retention = new Retention(this::shardsOnDisk, budget, clock, time);
        budget.policy(retention);
        settings = new StoredSettings(parts);
        threads = LogThreads.of(parts.threads());
        AllocatedRecount recount = new AllocatedRecount(budget, storage, directory, incarnations);
        housekeeper = config.readOnly()
                ? new Housekeeper("comet-housekeeper", this::openViews, () -> {}, time)
                : new Housekeeper(
                        "comet-housekeeper",
                        this::openShards,
                        new LogUpkeep(this, recount, threads.background()),
                        time);
    }

    /// Begins to look after what is open: the last step of opening, so that nothing runs on if another one fails.
    void attend() {
        if (!config.readOnly()) {
            clock.observe();
        }
        housekeeper.start();
    }

    public Path directory() {
        return directory;
    }

    public CometConfig config() {
        return config;
    }

    public Storage storage() {
        return storage;
    }

    public TimeSource time() {
        return time;
    }

    public GroupFiles groupFiles() {
        return groupFiles;
    }

    /// What every file has to be reserved from.
    public DiskBudget budget() {
        return budget;
    }

    /// Who has the log open.
    ///
    /// @throws CometException.ReadOnly if the log was opened read-only, which makes it nobody
    public Incarnations incarnations() {
        checkWritable();
        return incarnations;
    }

    /// Like [#incarnations()], also for one who only reads: to ask who is alive, not to act.
    public Incarnations identity() {
        checkOpen();
        return incarnations;
    }

    /// The names of all streams, sorted.
    public List<String> streamNames() {
        checkOpen();
        return store.names();
    }

    /// The stream of that name, if it exists.
    public Optional<LogStream> find(String name) {
        LogStream open = streams.get(name);
        if (open != null) {
            return Optional.of(open);
        }
        checkOpen();
        return store.find(name).map(this::opened);
    }

    /// The stream of that name, which is made with that many shards if it does not exist.
    ///
    /// @throws CometException.WrongShardCount if it exists with another number of shards
    public LogStream findOrCreate(String name, int shards) {
        checkOpen();
        return opened(store.findOrCreate(name, shards));
    }

    /// The settings that a stream of that name would have if it were made with that many shards.
    ///
    /// @throws IllegalArgumentException if no stream can be called so
    public StreamSettings settingsOfNew(String name, int shards) {
        return store.settingsOfNew(name, shards);
    }

    /// Makes a stream with settings of its own, by their stored names. One that exists stays as it is.
    ///
    /// @throws IllegalArgumentException naming the value that is refused
    public LogStream create(String name, int shards, Map<String, String> settings) {
        checkWritable();
        return opened(store.create(name, shards, settings));
    }

    /// The stream of that name as a target of dead letters, marked as such so that it is no part of "every
    /// stream"; made with `defaultShards` shards if it does not exist.
    public LogStream findOrCreateDeadLetters(String name) {
        checkOpen();
        LogStream stream = find(name).orElseGet(() -> findOrCreate(name, config.defaultShards()));
        store.markDeadLetter(name);
        return stream;
    }

    /// Whether the stream of that name is a target of dead letters, as the directory says now.
    public boolean isDeadLetter(String name) {
        checkOpen();
        return store.isDeadLetter(name);
    }

    private LogStream opened(StoredStream stream) {
        LogStream known = streams.get(stream.name());
        if (known != null) {
            return known;
        }
        LogStream opened =
                streams.computeIfAbsent(stream.name(), name -> new LogStream(stream, context(stream), openings));
        openings.raise();
        return opened;
    }

    /// Raised when this process has opened a stream or a shard, which may be new.
    public AppendSignal openings() {
        return openings;
    }

    private ShardContext context(StoredStream stream) {
        return new ShardContext(
                storage,
                time,
                incarnations,
                budget,
                new LiveSettings(stream.name(), stream.settings(), () -> settings.reread(stream.name())),
                config,
                state.epoch(),
                boot,
                clock,
                new GroupAcks(storage, incarnations, groupFiles),
                threads.background(),
                threads.preparer(),
                threads.curer());
    }

    /// Stores further settings, as another open in this process demands: with the streams that are in use now,
    /// and with others once they are.
    void set(ExplicitSettings further) {
        store.set(further);
        streams.values().forEach(stream -> {
            Map<String, String> changes = further.of(stream.name());
            if (!changes.isEmpty()) {
                alter(stream.name(), changes);
            }
        });
    }

    /// Stores settings with one stream. They are in force here when this returns, and in other processes at their
    /// next roll or within a minute.
    ///
    /// @param changes by their stored names
    /// @throws CometException.UnknownStream if there is no such stream
    /// @throws IllegalArgumentException naming the value that is refused
    public void alter(String name, Map<String, String> changes) {
        checkWritable();
        LogStream stream = find(name)
                .orElseThrow(
                        () -> new CometException.UnknownStream("no stream is called \"" + name + "\" in " + directory));
        stream.settings(store.alter(name, changes));
    }

    /// Stores bounds of the whole directory, which are in force like those of [#alter(String, Map)].
    ///
    /// @param changes by their stored names
    /// @throws IllegalArgumentException naming the value that is refused
    public void alterBounds(Map<String, String> changes) {
        checkWritable();
        settings.alterBounds(changes);
    }

    /// Whether the settings of a stream can be read from where they are stored.
    boolean hasStoredSettings(String stream) {
        checkOpen();
        return settings.isReadable(stream);
    }

    /// The shards whose entries are stored uncompressed although their stream has a codec.
    public List<Health.Reason> codecHealth() {
        return openShards().stream()
                .filter(shard -> !shard.compressionProblem().isEmpty())
                .map(shard -> new Health.Reason(
                        Health.Kind.MISSING_CODEC,
                        Health.Status.DEGRADED,
                        shard.id().toString(),
                        "entries are stored uncompressed: " + shard.compressionProblem()))
                .toList();
    }

    private void checkWritable() {
        checkOpen();
        if (config.readOnly()) {
            throw new CometException.ReadOnly(directory + " was opened read-only");
        }
    }

    /// Makes everything that was appended before to any shard of the log, by any process, survive power loss.
    public void sync() {
        checkWritable();
        for (String name : store.names()) {
            find(name).ifPresent(LogStream::sync);
        }
    }

    /// Deletes what is too old or too much, in every shard on the disk.
    ///
    /// @param dryRun only tells what would be deleted
    public Retained retain(boolean dryRun) {
        checkWritable();
        return retention.run(dryRun);
    }

    /// Follows the stored settings of the streams that are in use.
    void refreshSettings() {
        streams.values().forEach(LogStream::refreshSettings);
    }

    /// Every shard that holds a segment, opened: an unopened one would not be rolled by age either.
    private List<Shard> shardsOnDisk() {
        List<Shard> found = new ArrayList<>();
        for (String name : store.names()) {
            find(name).ifPresent(stream -> found.addAll(stream.shardsOnDisk(retention::failed)));
        }
        return found;
    }

    /// The shards that are in use now.
    List<Shard> openShards() {
        return streams.values().stream()
                .flatMap(stream -> stream.openShards().stream())
                .toList();
    }

    private List<ShardView> openViews() {
        return streams.values().stream()
                .flatMap(stream -> stream.openViews().stream())
                .toList();
    }

    public boolean isClosed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new CometException.Closed("log " + directory);
        }
    }

    /// Syncs what was appended and ends this incarnation. Whatever fails, everything is let go of; the first
    /// failure is thrown then.
    void close() {
        closed = true;
        Cleanup cleanup = new Cleanup();
        openShards().forEach(shard -> shard.retention().hurry());
        housekeeper.close();
        streams.values().forEach(stream -> cleanup.run(stream::close));
        List<Shard> shards = openShards();
        if (!config.readOnly()) {
            // Before the control lock is taken: opening processes should not wait for the device.
            shards.forEach(shard -> cleanup.run(shard::sync));
            threads.end();
            closeLast(shards, cleanup);
        }
        cleanup.run(state::close);
        cleanup.rethrow(directory);
    }

    /// Closes the shards under the control lock, if it can be had: nobody can appear while we are the last.
    private void closeLast(List<Shard> shards, Cleanup cleanup) {
        // Before the lock, which every other process that opens or closes waits for.
        shards.forEach(shard -> cleanup.run(shard::settle));
        LockFile.@Nullable Held control = cleanup.call(() -> incarnations.control(config.appendTimeout()));
        try {
            boolean last = control != null && Boolean.FALSE.equals(cleanup.call(incarnations::anyoneElseAlive));
            shards.forEach(shard -> cleanup.run(() -> shard.close(last)));
        } finally {
            // Whatever was thrown: a lock that is kept would shut every other process out.
            try {
                cleanup.run(() -> {
                    incarnations.close();
                    budget.release(PROCESS_FILE_BYTES);
                });
            } finally {
                if (control != null) {
                    cleanup.run(control::close);
                }
            }
        }
    }
}
