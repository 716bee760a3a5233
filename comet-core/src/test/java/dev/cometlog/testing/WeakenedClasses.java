package dev.cometlog.testing;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// The product with one thing left out: a source file in which a piece of text is replaced, compiled anew, to be put in
/// front of the class path. What a harness does not notice there, it would not notice in earnest.
public final class WeakenedClasses {
    private WeakenedClasses() {}

    /// Compiles the source with that text replaced.
    ///
    /// @param source below `comet-core/src/main/java`
    /// @param text stands there exactly once
    /// @param into an empty directory
    /// @return what to put in front of a class path
    public static String of(Path core, String source, String text, String replacement, Path into) throws IOException {
        String whole = Files.readString(core.resolve("src/main/java").resolve(source));
        int at = whole.indexOf(text);
        if (at < 0 || whole.indexOf(text, at + 1) >= 0) {
            throw new AssertionError("\"" + text + "\" must stand once in " + source);
        }
        Path weakened = into.resolve(Path.of(source).getFileName());
        Files.writeString(weakened, whole.replace(text, replacement));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        var options = List.of("-d", into.toString(), "-proc:none", "-cp", classPath());
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjects(weakened))
                    .call();
            if (!compiled) {
                throw new AssertionError(messages.toString());
            }
        }
        return into + File.pathSeparator;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
