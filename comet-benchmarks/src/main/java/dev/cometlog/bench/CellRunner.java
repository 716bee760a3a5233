package dev.cometlog.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Runs a cell in a JVM and a directory of its own, with the flags of this JVM.
final class CellRunner {
    /// More than twice what a cell of a gigabyte writes: the host takes some of it back before the cell comes to it,
    /// and the slower a subject is, the more.
    private static final int WARM_MEGABYTES = 3072;

    private final Path work;

    CellRunner(Path work) {
        this.work = work;
    }

    /// What the cell measured, or empty if this machine cannot run it.
    ///
    /// @throws IOException if the cell failed: there is no report without it
    Optional<Map<String, Double>> run(CellSpec spec) throws IOException, InterruptedException {
        WarmMemory.make(work, WARM_MEGABYTES);
        Path directory = Files.createDirectory(work.resolve("cell"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cell.class.getName()));
        command.add(spec.arguments().getFirst());
        command.add(directory.resolve("data").toString());
        command.addAll(spec.arguments().subList(1, spec.arguments().size()));
        Path data = Files.createDirectory(directory.resolve("data"));
        assert Files.exists(data);
        try {
            if (spec.memoryLimitMiB() == 0) {
                return Optional.of(run(spec, command));
            }
            Optional<MemoryLimit> limit = MemoryLimit.of(spec.memoryLimitMiB());
            if (limit.isEmpty()) {
                return Optional.empty();
            }
            try (MemoryLimit within = limit.get()) {
                return Optional.of(run(spec, within.around(command)));
            }
        } finally {
            deleteAll(directory);
        }
    }

    private static Map<String, Double> run(CellSpec spec, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, Double> result = new LinkedHashMap<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(Cell.RESULT)) {
                    result.putAll(parse(line.substring(Cell.RESULT.length())));
                }
            }
        }
        int status = process.waitFor();
        if (status != 0 || result.isEmpty()) {
            throw new IOException("the cell " + spec + " ended with status " + status + " and the result " + result);
        }
        return result;
    }

    /// The figures of a line of `key=value`.
    static Map<String, Double> parse(String line) {
        Map<String, Double> into = new LinkedHashMap<>();
        for (String pair : line.split(" ", -1)) {
            int separator = pair.indexOf('=');
            into.put(pair.substring(0, separator), Double.valueOf(pair.substring(separator + 1)));
        }
        return into;
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
