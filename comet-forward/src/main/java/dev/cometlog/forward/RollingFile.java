package dev.cometlog.forward;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A file of lines that is open for writing, and those put aside before it. Used by one thread at a time.
///
/// `RandomAccessFile`, not a channel: an interrupt of the writing thread would close a channel.
final class RollingFile {
    private static final System.Logger LOG = System.getLogger(RollingFile.class.getName());
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final FileOptions options;
    private final Clock clock;

    /// Locked as long as this is open, so that no two write one file.
    private final RandomAccessFile lock;

    private RandomAccessFile file;
    private long length;
    private Instant begun;

    /// When a file was put aside last, and its number among those of that moment.
    private Instant lastRoll = Instant.MIN;

    private int lastNumber;

    private RollingFile(FileOptions options, Clock clock, RandomAccessFile lock, RandomAccessFile file)
            throws IOException {
        this.options = options;
        this.clock = clock;
        this.lock = lock;
        this.file = file;
        this.length = file.length();
        this.begun = clock.instant();
    }

    /// Opens the file and cuts off a line that was not finished.
    static RollingFile open(FileOptions options, Clock clock) throws IOException {
        Path path = options.file();
        Files.createDirectories(parent(path));
        RandomAccessFile lock = new RandomAccessFile(
                path.resolveSibling(path.getFileName() + ".lock").toFile(), "rw");
        RandomAccessFile file = null;
        try {
            if (!lock(lock)) {
                throw new IOException(path + " is being written by another sink");
            }
            file = new RandomAccessFile(path.toFile(), "rw");
            cutUnfinishedLine(file);
            return new RollingFile(options, clock, lock, file);
        } catch (IOException e) {
            if (file != null) {
                file.close();
            }
            lock.close();
            throw e;
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " is no file");
        }
        return parent;
    }

    private static boolean lock(RandomAccessFile lock) throws IOException {
        try {
            // Held until the file is closed.
            return lock.getChannel().tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another sink of this process: as good an answer.
            return false;
        }
    }

    private static void cutUnfinishedLine(RandomAccessFile file) throws IOException {
        long end = file.length();
        while (end > 0) {
            file.seek(end - 1);
            if (file.read() == '\n') {
                break;
            }
            end--;
        }
        file.setLength(end);
        file.seek(end);
    }

    /// Appends whole lines; on return they survive power loss.
    void append(ByteBuffer lines) throws IOException {
        boolean tooLarge = length + lines.remaining() > options.maxBytes();
        boolean tooOld = Duration.between(begun, clock.instant()).compareTo(options.maxAge()) >= 0;
        if (length > 0 && (tooLarge || tooOld)) {
            roll();
        }
        if (length == 0) {
            begun = clock.instant();
        }
        file.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
        file.getFD().sync();
        length += lines.remaining();
    }

    private void roll() throws IOException {
        file.close();
        Path path = options.file();
        Instant now = clock.instant();
        int number = now.equals(lastRoll) ? lastNumber + 1 : 0;
        while (Files.exists(aside(path, now, number))) {
            number++;
        }
        Files.move(path, aside(path, now, number));
        lastRoll = now;
        lastNumber = number;
        file = new RandomAccessFile(path.toFile(), "rw");
        length = 0;
        deleteOldest();
    }

    /// `events.ndjson` becomes `events-20260131T120000.000Z-0000.ndjson`: sorted by name is sorted by time.
    private static Path aside(Path path, Instant now, int number) {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String extension = dot > 0 ? name.substring(dot) : "";
        return path.resolveSibling("%s-%s-%04d%s".formatted(stem, TIME.format(now), number, extension));
    }

    private void deleteOldest() throws IOException {
        if (options.keep() == 0) {
            return;
        }
        List<Path> aside = putAside();
        for (Path old : aside.subList(0, Math.max(0, aside.size() - options.keep()))) {
            Files.deleteIfExists(old);
        }
    }

    private List<Path> putAside() throws IOException {
        Path path = options.file();
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String extension = dot > 0 ? name.substring(dot) : "";
        Pattern pattern =
                Pattern.compile(Pattern.quote(stem) + "-\\d{8}T\\d{6}\\.\\d{3}Z-\\d{4,}" + Pattern.quote(extension));
        try (Stream<Path> files = Files.list(parent(path))) {
            return files.filter(file ->
                            pattern.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    /// Closes without a word about errors but in the log: what counts was synced before.
    void close() {
        try (RandomAccessFile _ = lock) {
            file.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, options.file() + " could not be closed", e);
        }
    }
}
