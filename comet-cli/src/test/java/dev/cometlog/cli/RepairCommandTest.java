package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `comet repair` tells exactly what is lost, mends the rest, and may be interrupted and run again.
class RepairCommandTest {
    private static final int ENTRIES = 3000;
    private static final String KILOBYTE = "x".repeat(990);

    @TempDir
    private Path scratch;

    private Path dir;
    private Path shard;

    @BeforeEach
    void make() {
        dir = scratch.resolve("log");
        shard = dir.resolve("streams/events%3Av1/0000");
        // Whatever the rate: several segments.
        try (Comet comet =
                Comet.open(dir, config -> config.segmentBytes(1 << 20).maxEntryBytes(1 << 18))) {
            CometShard to = comet.stream("events:v1", 1).shard(0);
            for (int i = 0; i < ENTRIES; i++) {
                long _ = to.append((i + " " + KILOBYTE).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private RunCommand repair(String... further) {
        List<String> arguments = new ArrayList<>(List.of("repair", "-d", dir.toString()));
        arguments.addAll(List.of(further));
        return RunCommand.of(arguments.toArray(String[]::new));
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(shard)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static void overwrite(Path file, long at, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int _ = channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    private Map<Path, String> bytes() throws IOException {
        Map<Path, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file, Arrays.hashCode(Files.readAllBytes(file)) + " " + Files.size(file));
            }
        }
        return all;
    }

    /// Without the pages that whoever has the log open writes to.
    private Map<Path, String> segmentBytes() throws IOException {
        Map<Path, String> all = bytes();
        all.keySet().removeIf(file -> !file.toString().endsWith(".log"));
        return all;
    }

    /// What a reader finds: offset by offset the number that the entry begins with, gaps as they are told.
    private List<String> read() {
        List<String> found = new ArrayList<>();
        try (Comet comet = Comet.open(dir, config -> config.readOnly(true))) {
            long _ = comet.stream("events:v1")
                    .shard(0)
                    .scan(
                            0,
                            Verify.CRC,
                            (offset, time, memory, position, length) -> {
                                byte[] text = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                                found.add(offset + "=" + new String(text, StandardCharsets.UTF_8).split(" ")[0]);
                                return true;
                            },
                            (Gap gap) -> found.add(gap.from() + ".." + (gap.to() - 1) + " " + gap.reason()));
        }
        return found;
    }

    @Test
    void aSoundLogNeedsNothing() throws IOException {
        Map<Path, String> before = bytes();
        RunCommand run = repair();
        assertThat(run.output()).isEqualTo("0 to put right, 0 offsets lost\n");
        assertThat(run.code()).isZero();
        assertThat(bytes()).isEqualTo(before);
    }

    @Test
    void aSegmentWithoutAHeaderGoesToQuarantineAndItsOffsetsAreNamed() throws IOException {
        Path bad = segments().get(1);
        long base = Long.parseLong(bad.getFileName().toString().substring(0, 20));
        long next = Long.parseLong(segments().get(2).getFileName().toString().substring(0, 20));
        overwrite(bad, 0, 'X');
        Map<Path, String> before = bytes();
        String lost = "lost: events:v1:shard:0000 offsets " + base + " to " + (next - 1) + ": DAMAGE\n";

        RunCommand dry = repair();
        assertThat(dry.output())
                .contains("move to quarantine: " + bad.toRealPath(), lost)
                .contains("1 to put right, " + (next - base) + " offsets lost", "--execute does it");
        assertThat(dry.code()).isEqualTo(1);
        assertThat(bytes()).as("a dry run changes nothing").isEqualTo(before);

        RunCommand real = repair("--execute");
        assertThat(real.output()).contains("moved to quarantine: ", lost, "1 put right");
        assertThat(real.code()).isZero();
        assertThat(bad).doesNotExist();
        assertThat(shard.resolve("quarantine").resolve(bad.getFileName())).exists();
        List<String> found = read();
        assertThat(found).contains(base + ".." + (next - 1) + " DAMAGE").hasSize(ENTRIES - (int) (next - base) + 1);
        assertThat(found).allSatisfy(text -> assertThat(text).matches("(\\d+)=\\1|\\d+\\.\\.\\d+ DAMAGE"));

        RunCommand again = repair("--execute");
        assertThat(again.output()).startsWith(lost).contains("0 put right");
        assertThat(again.code()).isZero();
    }

    @Test
    void aLostStatePageIsRebuiltAndNoEntryIsLost() throws IOException {
        List<String> before = read();
        Files.delete(shard.resolve("state"));
        RunCommand dry = repair();
        assertThat(dry.output()).contains("recover: ", "/state: ", "1 to put right, 0 offsets lost");
        assertThat(shard.resolve("state")).doesNotExist();
        assertThat(repair("--execute").code()).isZero();
        assertThat(read()).isEqualTo(before);
        assertThat(repair().output()).isEqualTo("0 to put right, 0 offsets lost\n");
    }

    @Test
    void whatARebuiltPageCutsOffBehindDamageIsToldBefore() throws IOException {
        Path last = segments().getLast();
        long base = Long.parseLong(last.getFileName().toString().substring(0, 20));
        overwrite(last, 64 + 12 + 5, 'Y');
        Files.delete(shard.resolve("state"));
        RunCommand dry = repair();
        assertThat(dry.output())
                .contains("damage at position 64 hides how offsets go on", "copy the directory first")
                .contains("lost: events:v1:shard:0000 offsets " + base + " to " + (ENTRIES - 1) + ": DAMAGE");
        assertThat(repair("--execute").output()).contains("lost: events:v1:shard:0000 offsets " + base + " to ");
        assertThat(read()).hasSize((int) base);
    }

    @Test
    void aDamagedIndexIsMadeAgain() throws IOException {
        List<String> before = read();
        Path index = IndexFile.of(segments().getFirst());
        String sound = Arrays.hashCode(Files.readAllBytes(index)) + "";
        overwrite(index, 20, 99);
        assertThat(repair().output()).contains("make again: ", "slot 1 does not verify");
        assertThat(repair("--execute").output()).contains("made again: ");
        assertThat(Arrays.hashCode(Files.readAllBytes(index)) + "").isEqualTo(sound);
        assertThat(read()).isEqualTo(before);
    }

    @Test
    void damagedEntriesAreNamedAndStayWhereTheyAre() throws IOException {
        overwrite(segments().getFirst(), 64 + 12 + 5, 'Y');
        RunCommand dry = repair();
        assertThat(dry.output())
                .isEqualTo("lost: events:v1:shard:0000 offsets 0 to 0: DAMAGE\n0 to put right, 1 offsets lost\n");
        assertThat(dry.code()).isZero();
    }

    @Test
    void lostSettingsAreRebuiltFromTheSegments() throws IOException {
        Files.delete(dir.resolve("streams/events%3Av1/stream.properties"));
        Files.delete(dir.resolve("comet.state"));
        assertThat(repair().output()).contains("stream.properties", "shards=1", "comet.state");
        assertThat(repair("--execute").code()).isZero();
        assertThat(repair().output()).isEqualTo("0 to put right, 0 offsets lost\n");
        assertThat(read()).hasSize(ENTRIES);
    }

    @Test
    void itIsRefusedWhileTheLogIsOpenBeforeAnythingIsTouched() throws IOException {
        overwrite(segments().get(1), 0, 'X');
        try (Comet _ = Comet.open(dir)) {
            Map<Path, String> before = segmentBytes();
            RunCommand run = repair("--execute");
            // This JVM has the log open itself: the same incarnation range, another incarnation.
            assertThat(run.error())
                    .contains("refused", Long.toString(ProcessHandle.current().pid()));
            assertThat(run.code()).isEqualTo(2);
            assertThat(segmentBytes()).isEqualTo(before);
        }
    }

    @Test
    void aNewerFormatIsRefusedBeforeAnythingIsTouched() throws IOException {
        overwrite(segments().get(1), 0, 'X');
        Path properties = dir.resolve("comet.properties");
        var stored = PropertiesText.decode(Files.readAllBytes(properties)).orElseThrow();
        stored.put("format", "2");
        Files.write(properties, PropertiesText.encode(stored));
        Map<Path, String> before = bytes();
        RunCommand run = repair("--execute");
        assertThat(run.error()).contains("newer");
        assertThat(run.code()).isEqualTo(2);
        assertThat(bytes()).isEqualTo(before);
    }

    @Test
    void interruptedAnywhereItIsFinishedByTheNextRun() throws IOException {
        for (int at = 0; ; at++) {
            Path bad = segments().get(1);
            overwrite(bad, 0, 'X');
            overwrite(IndexFile.of(segments().getFirst()), 20, 99);
            RepairPlan plan = RepairPlan.of(dir, new Progress());
            assertThat(plan.findings()).hasSizeGreaterThanOrEqualTo(2);
            AtomicInteger left = new AtomicInteger(at);
            try {
                new RepairRun(dir.toRealPath(), failingAfter(left)).execute(plan);
            } catch (IOException e) {
                assertThat(e).hasMessage("interrupted");
            }
            assertThat(repair("--execute").code()).isZero();
            assertThat(repair().output()).contains("0 to put right");
            assertThat(read()).allSatisfy(text -> assertThat(text).matches("(\\d+)=\\1|\\d+\\.\\.\\d+ DAMAGE"));
            if (left.get() > 0) {
                assertThat(at).isGreaterThan(3);
                return;
            }
            restore();
        }
    }

    private void restore() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        make();
    }

    /// A storage that changes so many things and then nothing any more.
    private static Storage failingAfter(AtomicInteger changes) {
        Storage real = new DiskStorage(FilesMode.DEFAULT);
        List<String> changing = List.of("createDirectory", "delete", "rename", "forceDirectory");
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (changing.contains(method.getName()) && changes.getAndDecrement() <= 0) {
                        throw new IOException("interrupted");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
