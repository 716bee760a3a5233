package dev.cometlog;

import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What can go wrong with a log, one nested class for each kind. Bad arguments are
/// `IllegalArgumentException` instead. Unless a class says otherwise, the failed call changed nothing.
public class CometException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public CometException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public CometException(String message) {
        super(message);
    }

    /// The log, stream, shard or consumer was closed.
    public static final class Closed extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public Closed(String what) {
            super(what + " is closed");
        }
    }

    /// The file system has no room. No offset was assigned; appends succeed again once there is room.
    public static final class DiskFull extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public DiskFull(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// A bound of the log is reached, only protected entries are left, and the overflow policy is to refuse.
    public static final class LogFull extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public LogFull(String message) {
            super(message);
        }
    }

    /// Another thread or process held the shard longer than `appendTimeout`; the message names it.
    public static final class ShardBusy extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public ShardBusy(String message) {
            super(message);
        }
    }

    /// A file cannot be used as it is; the message names it and the place.
    public static final class Damaged extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public Damaged(Path path, String what) {
            this(path, what, null);
        }

        public Damaged(Path path, String what, @Nullable Throwable cause) {
            super(path + ": " + what, cause);
        }
    }

    /// An fsync failed, so what is above the durable offset may not survive power loss. Appends and syncs
    /// of the shard are refused, in every process, until the data was written anew; reads go on.
    public static final class Poisoned extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public Poisoned(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// An entry exceeds `maxEntryBytes`, or a batch exceeds `maxBatchBytes`.
    public static final class EntryTooLarge extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public EntryTooLarge(String message) {
            super(message);
        }
    }

    /// No stream of that name exists.
    public static final class UnknownStream extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public UnknownStream(String message) {
            super(message);
        }
    }

    /// The stream exists with another number of shards.
    public static final class WrongShardCount extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public WrongShardCount(String stream, int asked, int existing) {
            super("stream \"" + stream + "\" has " + existing + " shards, not " + asked);
        }
    }

    /// The directory holds something, but no log.
    public static final class NotALog extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public NotALog(Path directory, String why) {
            super(directory + " is not a log: " + why);
        }
    }

    /// The log was written by a newer version, or uses a feature that this one does not know.
    public static final class NewerFormat extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public NewerFormat(String message) {
            super(message);
        }
    }

    /// Entries are compressed, or are to be, with a codec that is not on the class path; the message names it.
    public static final class MissingCodec extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public MissingCodec(String message) {
            super(message);
        }

        public MissingCodec(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Shared mappings or file locks do not hold on this filesystem.
    public static final class UnsupportedFilesystem extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public UnsupportedFilesystem(String message) {
            super(message);
        }
    }

    /// The log was opened read-only.
    public static final class ReadOnly extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public ReadOnly(String message) {
            super(message);
        }
    }

    /// The thread was interrupted while it waited; its interrupt status is set again.
    public static final class Interrupted extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public Interrupted(String doing, @Nullable Throwable cause) {
            super("interrupted while " + doing, cause);
        }
    }

    /// The operating system refused an operation on a file; the message names both.
    public static final class IoFailure extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public IoFailure(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// Another consumer of the group reads the shard, so that acks and seeks are refused; the message names it.
    public static final class LeaseHeld extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public LeaseHeld(String message) {
            super(message);
        }
    }

    /// A handler failed for good and its consumer was told to stop then. The entry was not acknowledged; the
    /// cause is what the handler threw last.
    public static final class HandlerFailed extends CometException {
        @Serial
        private static final long serialVersionUID = 1;

        public HandlerFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
