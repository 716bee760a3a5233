package dev.cometlog.cli;

import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints the version of Comet and of the JVM it runs on.
@Command(
        name = "version",
        description = "Print the version of Comet and of the JVM.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = "  comet version")
final class VersionCommand implements Runnable, IVersionProvider {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(line());
    }

    @Override
    public String[] getVersion() {
        return new String[] {line()};
    }

    private static String line() {
        // Only the packaged jar has a manifest to read the version from.
        String version = Objects.requireNonNullElse(
                VersionCommand.class.getPackage().getImplementationVersion(), "development build");
        return "comet " + version + " (JDK " + Runtime.version() + ")";
    }
}
