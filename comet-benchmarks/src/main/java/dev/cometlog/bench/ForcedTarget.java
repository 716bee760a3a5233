package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// The file of [ChannelTarget] while another thread forces it to the device as often as Comet syncs a busy shard, so
/// that writing back takes its share of the machine as it does beside Comet.
final class ForcedTarget implements Target {
    private static final long INTERVAL_MILLIS = 100;

    private final ChannelTarget file;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> forcing;

    ForcedTarget(Path directory) throws IOException {
        file = new ChannelTarget(directory);
        forcing = thread.scheduleWithFixedDelay(this::force, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void force() {
        try {
            file.force();
        } catch (IOException e) {
            // Ends the schedule, which close() tells.
            throw new IllegalStateException("the floor's file could not be forced", e);
        }
    }

    @Override
    public void append(byte[] payload) throws IOException {
        file.append(payload);
    }

    @Override
    public void appendBatch(List<byte[]> payloads) throws IOException {
        file.appendBatch(payloads);
    }

    @Override
    public long read(boolean verified) throws IOException {
        return file.read(verified);
    }

    @Override
    public long intact(byte[] payload) throws IOException {
        return file.intact(payload);
    }

    @Override
    public void close() throws IOException {
        thread.close();
        file.close();
        if (forcing.state() == Future.State.FAILED) {
            throw new IOException(forcing.exceptionNow());
        }
    }
}
