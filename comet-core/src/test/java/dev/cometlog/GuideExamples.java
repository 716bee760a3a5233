package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The examples in a test, from `// example NAME begins` to `// example NAME ends`, which a page of the documents shows
/// as they are: what a user copies is what was run. The name may be left out.
public final class GuideExamples {
    private static final Pattern EXAMPLE =
            Pattern.compile("// example ((?:\\w+ )?)begins\\R(.*?)\\R *// example \\1ends", Pattern.DOTALL);

    private GuideExamples() {}

    /// Asserts that a page shows every example of a test, and no other. A brace that an example leaves open, since the
    /// test has more to say before it closes, is closed on the page.
    ///
    /// @param page within the checkout, such as `docs/guide/disk.md`
    public static void assertShown(String page, Class<?> test) throws IOException {
        Path root = root();
        String guide = Files.readString(root.resolve(page));
        Matcher examples = EXAMPLE.matcher(Files.readString(source(root, test)));
        int count = 0;
        while (examples.find()) {
            String example = examples.group(2).stripIndent();
            long open = example.chars().filter(c -> c == '{').count()
                    - example.chars().filter(c -> c == '}').count();
            assertThat(guide)
                    .as("example " + examples.group(1))
                    .contains("```java\n" + example + "\n" + "}\n".repeat((int) open) + "```\n");
            count++;
        }
        assertThat(count).isEqualTo(guide.split("```java", -1).length - 1).isPositive();
    }

    private static Path source(Path root, Class<?> test) throws IOException {
        String file = "src/test/java/" + test.getName().replace('.', '/') + ".java";
        try (Stream<Path> modules = Files.list(root)) {
            return modules.map(module -> module.resolve(file))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Wherever Maven or an IDE started the tests.
    private static Path root() {
        Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path root = start;
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root;
    }
}
