package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/// Every command line in the documents and in the help is one that the command understands, and each that ends by
/// itself is run on a log that has what the documents speak of. Within a sentence a command may be named without its
/// arguments, `comet groups delete`; it must be one all the same.
@Timeout(120)
class DocumentedCommandsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Pattern COMMAND =
            Pattern.compile("(?:^|\\| |\\(|\\$ )\\s*(?:bin/)?comet ([^|>)#\\n]+)", Pattern.MULTILINE);
    private static final Pattern FENCE = Pattern.compile("^```[a-z]*\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`((?:bin/)?comet [a-z][^`]*)`");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    /// They go on until they are stopped, or read from standard input, or are about the machine.
    private static final Set<String> ONLY_PARSED =
            Set.of("demo", "bench", "append", "import", "top", "consume", "forward");

    @TempDir
    private Path scratch;

    private Path log;

    @BeforeEach
    void makeALogThatHasWhatTheDocumentsSpeakOf() throws Exception {
        log = scratch.resolve("log");
        try (Comet comet = Comet.open(log);
                CometConsumer consumer = comet.consumer("audit");
                CometConsumer shipper = comet.consumer("shipper");
                CometConsumer uplink = comet.consumer("uplink")) {
            for (String name : List.of("system:v1", "events:v1", "orders:v1", "metrics:v1", "logs:v1")) {
                for (int shard = 0; shard < 4; shard++) {
                    for (int i = 0; i < 20; i++) {
                        long _ = comet.stream(name, 4)
                                .shard(shard)
                                .append(("ERROR " + i).getBytes(StandardCharsets.UTF_8));
                    }
                }
                consumer.poll(name, 1, Duration.ofSeconds(10)).ack();
                shipper.poll(name, 1, Duration.ofSeconds(10)).ack();
                uplink.poll(name, 1, Duration.ofSeconds(10)).ack();
            }
        }
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> commands() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Path document : documents()) {
            String text = Files.readString(document);
            Matcher fence = FENCE.matcher(text);
            while (fence.find()) {
                addCommands(fence.group(1), found);
            }
        }
        addExamples(Main.commandLine(), found);
        for (String inline : inlineCommands()) {
            if (isWhole(inline)) {
                found.add(inline);
            }
        }
        return found;
    }

    /// Those within sentences, whether or not they have all of their arguments.
    private static Set<String> inlineCommands() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Path document : documents()) {
            String prose = FENCE.matcher(Files.readString(document)).replaceAll("");
            Matcher inline = INLINE.matcher(prose);
            while (inline.find()) {
                addCommands(inline.group(1).replaceAll("\\s+", " "), found);
            }
        }
        return found;
    }

    /// Whether it is a command line to be typed, and not only the name of a command.
    private static boolean isWhole(String command) {
        List<String> words = words(command);
        try {
            CommandLine.ParseResult parsed = Main.commandLine().parseArgs(words.toArray(String[]::new));
            return words.size() >= parsed.asCommandLineList().size();
        } catch (ParameterException e) {
            // Told by everyCommandWithinASentenceIsOne, unless only arguments are missing.
            return false;
        }
    }

    private static void addExamples(CommandLine command, Set<String> found) {
        for (String line : command.getCommandSpec().usageMessage().footer()) {
            addCommands(line.strip(), found);
        }
        command.getSubcommands().values().forEach(sub -> addExamples(sub, found));
    }

    private static void addCommands(String text, Set<String> found) {
        Matcher command = COMMAND.matcher(text);
        while (command.find()) {
            found.add(command.group(1).strip());
        }
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }

    @Test
    void everyCommandLineIsUnderstood() throws IOException {
        Set<String> commands = commands();
        assertThat(commands).hasSizeGreaterThan(30);
        List<String> wrong = new ArrayList<>();
        for (String command : commands) {
            try {
                Main.commandLine().parseArgs(words(command).toArray(String[]::new));
            } catch (ParameterException e) {
                wrong.add("comet " + command + ": " + e.getMessage());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyCommandWithinASentenceIsOne() throws IOException {
        Set<String> commands = inlineCommands();
        assertThat(commands).hasSizeGreaterThan(10);
        List<String> wrong = new ArrayList<>();
        for (String command : commands) {
            try {
                Main.commandLine().parseArgs(words(command).toArray(String[]::new));
            } catch (ParameterException e) {
                // It may be named without its arguments.
                if (!(e instanceof MissingParameterException)) {
                    wrong.add("comet " + command + ": " + e.getMessage());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyCommandLineThatEndsByItselfDoesWhatItSays() throws IOException {
        List<String> wrong = new ArrayList<>();
        int run = 0;
        // What deletes comes last, and what deletes in every stream last of all, so that each finds what it speaks of.
        List<String> inOrder = commands().stream()
                .sorted(Comparator.comparingInt(
                        command -> !command.contains("delete") ? 0 : command.contains("--stream") ? 1 : 2))
                .toList();
        for (String command : inOrder) {
            List<String> words = words(command);
            boolean endless = words.contains("-f") || words.contains("--follow");
            if (endless || (ONLY_PARSED.contains(words.getFirst()) && !words.contains("--once"))) {
                continue;
            }
            run++;
            RunCommand done = RunCommand.of(inScratch(words));
            if (done.code() == 2) {
                wrong.add("comet " + command + ": " + done.error());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(run).isGreaterThan(20);
    }

    /// The same command on the log of this test: directories and files are others, streams and groups the same.
    private String[] inScratch(List<String> words) throws IOException {
        List<String> changed = new ArrayList<>();
        // What is made must not be there yet.
        Path directory = words.contains("create") ? Files.createTempDirectory(scratch, "new") : log;
        boolean hasDirectory = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String before = i == 0 ? "" : words.get(i - 1);
            if (before.equals("-d") || before.equals("--dir")) {
                word = directory.toString();
                hasDirectory = true;
            } else if (before.equals("--file")) {
                word = scratch.resolve("exported").toString();
            } else if (words.getFirst().equals("dump") && i == words.size() - 1) {
                word = someSegment();
            }
            changed.add(word);
        }
        CommandLine command = Main.commandLine().getSubcommands().get(words.getFirst());
        boolean needsLog =
                command != null && leaf(command, words).getCommandSpec().findOption("-d") != null;
        if (needsLog && !hasDirectory && !words.contains("--help")) {
            changed.addAll(List.of("-d", directory.toString()));
        }
        return changed.toArray(String[]::new);
    }

    private static CommandLine leaf(CommandLine command, List<String> words) {
        CommandLine sub = words.size() > 1 ? command.getSubcommands().get(words.get(1)) : null;
        return sub == null ? command : sub;
    }

    private String someSegment() throws IOException {
        try (Stream<Path> files = Files.walk(log)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }
}
