package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentationLinksTest {

    /// `[text](target)` and `![text](target "title")`.
    private static final Pattern INLINE = Pattern.compile("\\]\\(\\s*<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\s*\\)");

    /// `[label]: target` at the start of a line.
    private static final Pattern REFERENCE = Pattern.compile("(?m)^ {0,3}\\[[^\\]]+\\]:\\s*<?(\\S+?)>?\\s*$");

    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.+?)\\s*#*$");
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *(```|~~~).*?^ *\\1[^\\n]*$");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern SCHEME = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:.*");
    private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules", ".idea");

    @TempDir
    private Path dir;

    @Test
    void everyRelativeLinkInTheDocumentsResolves() throws IOException {
        assertThat(brokenLinks(SourceTree.root())).isEmpty();
    }

    @Test
    void aLinkToNothingIsFound() throws IOException {
        Files.writeString(dir.resolve("there.md"), "# A `good` heading, here\n");
        Files.writeString(dir.resolve("a.md"), """
                [good](there.md) [good](there.md#a-good-heading-here) [web](https://example.org/x) [self](#top)
                `[code](not-a-link.md)`
                ```
                [fenced](not-a-link-either.md)
                ```
                # Top
                [gone](gone.md) and [no heading](there.md#elsewhere)

                [label]: gone-too.md
                """);

        assertThat(brokenLinks(dir))
                .containsExactlyInAnyOrder("a.md -> gone.md", "a.md -> there.md#elsewhere", "a.md -> gone-too.md");
    }

    private static List<String> brokenLinks(Path root) throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents(root)) {
            String text = withoutCode(Files.readString(document));
            for (Pattern pattern : List.of(INLINE, REFERENCE)) {
                pattern.matcher(text)
                        .results()
                        .map(match -> match.group(1))
                        .filter(link -> !resolves(document, link))
                        .map(link -> root.relativize(document) + " -> " + link)
                        .forEach(broken::add);
            }
        }
        return broken;
    }

    private static List<Path> documents(Path root) throws IOException {
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                Path name = directory.getFileName();
                boolean skipped = name != null && !directory.equals(root) && SKIPPED.contains(name.toString());
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private static boolean resolves(Path document, String link) {
        if (SCHEME.matcher(link).matches()) {
            return true;
        }
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? document : document.resolveSibling(path).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        if (hash < 0 || !target.toString().endsWith(".md")) {
            return true;
        }
        try {
            return anchors(target).contains(link.substring(hash + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the anchors that a document's headings get when it is rendered.
    private static Set<String> anchors(Path document) throws IOException {
        String text = FENCE.matcher(Files.readString(document)).replaceAll("");
        return HEADING.matcher(text)
                .results()
                .map(match -> match.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String withoutCode(String markdown) {
        String withoutFences = FENCE.matcher(markdown).replaceAll("");
        return CODE.matcher(withoutFences).replaceAll("");
    }
}
