import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Formats every Java file below a directory, or names those that are not formatted.
///
/// Run by `./format` and, as a check, by `./mvnw verify`.
final class Format {

    private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", "node_modules");

    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());
    private final boolean apply;
    private final Path root;

    private Format(boolean apply, Path root) {
        this.apply = apply;
        this.root = root;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !Set.of("apply", "check").contains(args[0])) {
            System.err.println("usage: Format apply|check DIRECTORY");
            System.exit(2);
        }
        boolean apply = args[0].equals("apply");
        List<String> findings = new Format(apply, Path.of(args[1])).run();
        findings.forEach(System.err::println);
        if (!findings.isEmpty()) {
            System.err.println(apply ? "Not everything could be formatted." : "Run ./format and commit the result.");
            System.exit(1);
        }
    }

    private List<String> run() throws IOException {
        return sources().parallelStream()
                .map(this::format)
                .flatMap(Optional::stream)
                .toList();
    }

    /// Returns what is wrong with the file and stays wrong.
    private Optional<String> format(Path file) {
        try {
            String before = Files.readString(file);
            String after = formatted(before);
            if (after.equals(before)) {
                return Optional.empty();
            }
            Optional<String> tooLong = firstChange(docComments(before), docComments(after));
            if (tooLong.isPresent()) {
                return Optional.of(root.relativize(file) + ": a /// comment passes 120 columns: " + tooLong.get());
            }
            if (!apply) {
                return Optional.of(root.relativize(file) + ": not formatted");
            }
            Files.writeString(file, after);
            System.out.println("formatted " + root.relativize(file));
            return Optional.empty();
        } catch (FormatterException e) {
            // The one piece of syntax that the formatter does not know.
            String hint = e.getMessage().contains("'_'") ? " (in a record pattern write `var _` for `_`)" : "";
            return Optional.of(root.relativize(file) + ": " + e.getMessage() + hint);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private String formatted(String source) throws FormatterException {
        String imports = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), Style.PALANTIR);
        return formatter.formatSource(imports);
    }

    /// Markdown doc comments are text with a layout of its own: only their indentation may change.
    private static List<String> docComments(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("///"))
                .toList();
    }

    private static Optional<String> firstChange(List<String> before, List<String> after) {
        for (int i = 0; i < before.size(); i++) {
            if (i == after.size() || !before.get(i).equals(after.get(i))) {
                return Optional.of(before.get(i));
            }
        }
        return Optional.empty();
    }

    private List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                boolean skip = !dir.equals(root) && SKIPPED.contains(String.valueOf(dir.getFileName()));
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
