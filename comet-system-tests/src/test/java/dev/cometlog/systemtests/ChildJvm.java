package dev.cometlog.systemtests;

import dev.cometlog.testing.Scratch;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// The JVMs of a test's processes. They live for a second and die, so that starting them is most of what a kill costs:
/// they start from an ahead-of-time cache, which a [Rehearsal] fills once for each JVM that starts any.
///
/// Such a cache takes no directories on the class path, so what lies in some is put into one jar.
public final class ChildJvm {
    private static final List<String> OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData");
    private static final ChildJvm REHEARSED = rehearse();

    private final String classPath;
    private final List<String> options;

    private ChildJvm(String classPath, List<String> options) {
        this.classPath = classPath;
        this.options = options;
    }

    /// Has the rehearsal now, which is otherwise had by the first who starts a child.
    public static void rehearseNow() {
        assert !REHEARSED.options.isEmpty();
    }

    /// The command that starts a class, but for its arguments.
    ///
    /// @param options of the JVM, in addition
    static List<String> command(Class<?> main, List<String> options) {
        return REHEARSED.commandOf(main, options);
    }

    /// The same with something in front of the class path, for which no cache is good.
    static List<String> command(Path first, Class<?> main, List<String> options) {
        return new ChildJvm(first + File.pathSeparator + System.getProperty("java.class.path"), OPTIONS)
                .commandOf(main, options);
    }

    private List<String> commandOf(Class<?> main, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(more);
        command.addAll(List.of("-cp", classPath, main.getName()));
        return command;
    }

    private static ChildJvm rehearse() {
        try {
            Path directory = Files.createTempDirectory("comet-children");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            ChildJvm jvm = new ChildJvm(jars(directory.resolve("directories.jar")), OPTIONS);
            Path cache = directory.resolve("cache");
            Path output = directory.resolve("output");
            List<String> command = jvm.commandOf(Rehearsal.class, List.of("-XX:AOTCacheOutput=" + cache));
            command.add(directory.resolve("log").toString());
            int exit = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            if (exit != 0 || !Files.exists(cache)) {
                throw new AssertionError("exit code " + exit + ": " + Files.readString(output));
            }
            List<String> options = new ArrayList<>(OPTIONS);
            options.add("-XX:AOTCache=" + cache);
            return new ChildJvm(jvm.classPath, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String jars(Path jar) throws IOException {
        List<Path> directories = new ArrayList<>();
        Set<String> entries = new LinkedHashSet<>();
        entries.add(jar.toString());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(entry))) {
                directories.add(Path.of(entry));
            } else if (Files.exists(Path.of(entry))) {
                entries.add(Path.of(entry).toAbsolutePath().toString());
            }
        }
        Set<String> taken = new HashSet<>();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path directory : directories) {
                add(directory, out, taken);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    /// What comes first on a class path counts.
    private static void add(Path directory, JarOutputStream out, Set<String> taken) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(file).toString().replace(File.separatorChar, '/');
                if (taken.add(name)) {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }

    private static void delete(Path directory) {
        try {
            new Scratch(directory).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
