package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.Procfs;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/// What a log needs of the machine it runs on, each part of which a test may replace.
///
/// @param storages files, of which those that are made have that mode
/// @param boot names this run of the operating system
/// @param threads makes those that sync, prepare segments and delete; each log shuts its own down
record Machine(Function<FilesMode, Storage> storages, TimeSource time, Supplier<BootId> boot, Threads threads) {
    /// Makes threads.
    interface Threads {
        ExecutorService make(String name, int count);
    }

    /// The real one, apart from these.
    static Machine of(Function<FilesMode, Storage> storages, TimeSource time) {
        return new Machine(storages, time, Machine::presentBoot, Machine::threads);
    }

    /// The real one.
    static Machine real() {
        return of(DiskStorage::new, TimeSource.SYSTEM);
    }

    private static BootId presentBoot() {
        return Procfs.bootId().map(BootId::parse).orElse(BootId.UNKNOWN);
    }

    private static ExecutorService threads(String name, int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> IoThreads.newThread(name, task));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
