package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The packaged jar contains libraries of others, and with each what its licence asks to be passed on.
class LicensesIT {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final String KEPT = "META-INF/licenses/";
    private static final Pattern TEXT = Pattern.compile("(?:META-INF/)?([^/]*(?:LICENSE|NOTICE)[^/]*)");
    private static final Pattern VERSIONED = Pattern.compile("(.+?)-\\d[^/]*\\.jar");

    @Test
    void everyLibraryInTheJarComesWithItsLicence() throws IOException {
        List<String> libraries = new ArrayList<>();
        try (JarFile comet = new JarFile(MODULE.resolve("target/comet.jar").toFile())) {
            for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
                Matcher name = VERSIONED.matcher(Path.of(part).getFileName().toString());
                if (name.matches() && !name.group(1).startsWith("comet-")) {
                    try (JarFile library = new JarFile(part)) {
                        if (isPartOf(comet, library)) {
                            libraries.add(name.group(1));
                            assertComesWithLicence(comet, library, name.group(1));
                        }
                    }
                }
            }
        }
        assertThat(libraries).contains("kafka-clients", "picocli", "jackson-core", "zstd-jni", "jline-terminal");
    }

    private static boolean isPartOf(JarFile comet, JarFile library) {
        return library.stream()
                .map(JarEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                .findFirst()
                .filter(name -> comet.getEntry(name) != null)
                .isPresent();
    }

    private static void assertComesWithLicence(JarFile comet, JarFile library, String name) throws IOException {
        assertThat(comet.stream().map(JarEntry::getName))
                .as(name)
                .anyMatch(entry -> entry.startsWith(KEPT + name + "/LICENSE"));
        for (JarEntry entry : library.stream().toList()) {
            Matcher text = TEXT.matcher(entry.getName());
            if (text.matches()) {
                assertThat(text(comet, KEPT + name + "/" + text.group(1)))
                        .as(name + ": " + entry.getName())
                        .isEqualTo(text(library, entry.getName()));
            }
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        assertThat(entry).as(jar.getName() + ": " + name).isNotNull();
        return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theOnlyOtherLicenceIsOurs() throws IOException {
        try (JarFile comet = new JarFile(MODULE.resolve("target/comet.jar").toFile())) {
            assertThat(comet.stream()
                            .map(JarEntry::getName)
                            .filter(name -> TEXT.matcher(name).matches()))
                    .containsExactly("META-INF/LICENSE");
            assertThat(text(comet, "META-INF/LICENSE")).isEqualTo(Files.readString(MODULE.resolveSibling("LICENSE")));
        }
    }
}
