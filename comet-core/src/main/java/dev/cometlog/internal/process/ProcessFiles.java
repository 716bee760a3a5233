package dev.cometlog.internal.process;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.storage.Procfs;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/// The files in `processes/`, which say what each incarnation is. For messages only: liveness is told by locks.
final class ProcessFiles {
    private static final String PID = "pid";
    private static final String NAME = "name";
    private static final String START = "start";
    private static final String START_TICKS = "startTicks";
    private static final String PROCESS_ID = "processId";

    private final Storage storage;
    private final Path directory;

    ProcessFiles(Storage storage, Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    void write(long incarnation, OptionalInt processId) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Map<String, String> properties = new TreeMap<>();
        properties.put(PID, Long.toString(self.pid()));
        properties.put(NAME, name());
        self.info().startInstant().ifPresent(start -> properties.put(START, start.toString()));
        Procfs.stat(self.pid()).ifPresent(stat -> properties.put(START_TICKS, Long.toString(stat.startTicks())));
        processId.ifPresent(id -> properties.put(PROCESS_ID, Integer.toString(id)));
        WholeFiles.replaceInCache(storage, path(incarnation), PropertiesText.encode(properties));
    }

    /// What the user started, as far as the JVM tells: the main class or jar.
    private static String name() {
        String command = System.getProperty("sun.java.command", "java");
        return command.lines().findFirst().orElse("java").split(" ", 2)[0];
    }

    void delete(long incarnation) throws IOException {
        try {
            storage.delete(path(incarnation));
        } catch (NoSuchFileException e) {
            // Somebody cleaned up by hand; it is gone, as it should be.
            return;
        }
    }

    /// Creates the directory, or removes what the dead left in it.
    void sweep(LongPredicate alive) throws IOException {
        if (storage.kind(directory) == Storage.FileKind.ABSENT) {
            try {
                storage.createDirectory(directory);
            } catch (FileAlreadyExistsException e) {
                return;
            }
        }
        for (String name : storage.list(directory)) {
            Optional<Long> incarnation = incarnation(name);
            boolean stale = incarnation.isPresent() ? !alive.test(incarnation.get()) : WholeFiles.isTemporary(name);
            if (stale) {
                storage.delete(directory.resolve(name));
            }
        }
    }

    /// Those that are alive, by process number.
    List<ProcessDescription> all(LongPredicate alive) {
        try {
            if (storage.kind(directory) != Storage.FileKind.DIRECTORY) {
                return List.of();
            }
            List<ProcessDescription> found = new ArrayList<>();
            for (String name : storage.list(directory)) {
                Optional<Long> incarnation = incarnation(name);
                if (incarnation.isPresent() && alive.test(incarnation.get())) {
                    read(incarnation.get()).map(ProcessFiles::description).ifPresent(found::add);
                }
            }
            found.sort(Comparator.comparingLong(ProcessDescription::pid));
            return found;
        } catch (IOException e) {
            throw new CometException.IoFailure(directory + " cannot be read", e);
        }
    }

    /// Whether the process that an incarnation says it is runs, as far as the system tells: one of another container
    /// is not seen, and without `/proc` all are taken to run.
    boolean seemsAlive(long incarnation) {
        try {
            return read(incarnation).map(properties -> !isGone(properties)).orElse(false);
        } catch (IOException e) {
            // Not known: nothing is claimed.
            return false;
        }
    }

    boolean isStopped(long incarnation) {
        try {
            return read(incarnation).map(ProcessFiles::isStopped).orElse(false);
        } catch (IOException e) {
            // Not known: nothing is claimed.
            return false;
        }
    }

    private static ProcessDescription description(Map<String, String> properties) {
        String processId = properties.get(PROCESS_ID);
        return new ProcessDescription(
                Long.parseLong(properties.getOrDefault(PID, "0")),
                properties.getOrDefault(NAME, "?"),
                Optional.ofNullable(properties.get(START)).map(Instant::parse),
                processId == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(processId)),
                isStopped(properties));
    }

    private Optional<SortedMap<String, String>> read(long incarnation) throws IOException {
        return WholeFiles.read(storage, path(incarnation)).flatMap(PropertiesText::decode);
    }

    String describe(long incarnation) {
        try {
            return read(incarnation).map(ProcessFiles::describe).orElseGet(() -> unknown(incarnation));
        } catch (IOException e) {
            return unknown(incarnation) + " (" + e + ")";
        }
    }

    private static String unknown(long incarnation) {
        return "an unknown process, incarnation " + hex(incarnation);
    }

    private static String describe(Map<String, String> properties) {
        String text = "process " + properties.getOrDefault(PID, "?") + " (" + properties.getOrDefault(NAME, "?")
                + ", started " + properties.getOrDefault(START, "?") + ")";
        return isStopped(properties) ? text + ", which is stopped" : text;
    }

    private static boolean isGone(Map<String, String> properties) {
        String pid = properties.get(PID);
        String startTicks = properties.get(START_TICKS);
        return pid != null
                && startTicks != null
                && Procfs.stat(Long.parseLong(pid))
                        .map(stat -> !Long.toString(stat.startTicks()).equals(startTicks))
                        .orElse(true);
    }

    private static boolean isStopped(Map<String, String> properties) {
        String pid = properties.get(PID);
        String startTicks = properties.get(START_TICKS);
        if (pid == null || startTicks == null) {
            return false;
        }
        // In another pid namespace the number names another process, or none; the start tells.
        return Procfs.stat(Long.parseLong(pid))
                .filter(stat -> Long.toString(stat.startTicks()).equals(startTicks))
                .map(Procfs.ProcessStat::isStopped)
                .orElse(false);
    }

    /// All living incarnations but `self`.
    String describeOthers(long self, LongPredicate alive) {
        try {
            List<Long> others = storage.kind(directory) == Storage.FileKind.DIRECTORY
                    ? storage.list(directory).stream()
                            .flatMap(name -> incarnation(name).stream())
                            .filter(incarnation -> incarnation != self && alive.test(incarnation))
                            .toList()
                    : List.of();
            return others.isEmpty()
                    ? "a process that is opening the log"
                    : others.stream().map(this::describe).collect(Collectors.joining("; "));
        } catch (IOException e) {
            return "a process that cannot be named (" + e + ")";
        }
    }

    private static Optional<Long> incarnation(String name) {
        if (!name.matches("[0-9a-f]{16}")) {
            return Optional.empty();
        }
        return Optional.of(Long.parseUnsignedLong(name, 16));
    }

    private Path path(long incarnation) {
        return directory.resolve(hex(incarnation));
    }

    private static String hex(long incarnation) {
        return String.format(Locale.ROOT, "%016x", incarnation);
    }
}
