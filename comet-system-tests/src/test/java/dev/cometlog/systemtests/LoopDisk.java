package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A small filesystem of its own, in a file that is mounted: one that can be filled to the last block.
final class LoopDisk implements AutoCloseable {
    private static final int SECONDS = 20;
    private static final int CHUNK = 1 << 20;

    /// xfs takes no less.
    private static final long XFS_BYTES = 320L << 20;

    private static final String FILLER = "others/filler";

    private final Path image;
    private final Path mountPoint;

    private LoopDisk(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /// Makes and mounts a filesystem, or skips the test where that cannot be done.
    ///
    /// @param bytes its size, where the type has no larger least one
    static LoopDisk mount(Path scratch, String type, long bytes, String... mkfsOptions) throws Exception {
        Path image = scratch.resolve(type + ".img");
        Path mountPoint = Files.createDirectories(scratch.resolve(type));
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int _ = file.write(ByteBuffer.allocate(1), (type.equals("xfs") ? XFS_BYTES : bytes) - 1);
        }
        LoopDisk disk = new LoopDisk(image, mountPoint);
        List<String> mkfs = new ArrayList<>(List.of("mkfs." + type, "-q"));
        if (type.equals("ext4")) {
            // No blocks are kept for root.
            mkfs.addAll(List.of("-F", "-m", "0"));
        }
        mkfs.addAll(List.of(mkfsOptions));
        mkfs.add(image.toString());
        String problem = run(mkfs.toArray(String[]::new));
        if (problem.isEmpty()) {
            problem = run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        }
        Assumptions.assumeTrue(
                problem.isEmpty(), "skipped: no " + type + " can be loop-mounted here, which takes root: " + problem);
        return disk;
    }

    /// What a command complained of; empty if it succeeded.
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Process ended =
                    process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join();
            return ended.exitValue() == 0 ? "" : command[0] + ": " + output.strip();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    Path path() {
        return mountPoint;
    }

    /// Takes all room but so much, as somebody else who fills the disk.
    void fillBut(long bytes) throws IOException {
        Files.createDirectories(mountPoint.resolve("others"));
        try (FileChannel filler =
                FileChannel.open(mountPoint.resolve(FILLER), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            while (true) {
                long left = Files.getFileStore(mountPoint).getUsableSpace() - bytes;
                if (left <= 0) {
                    break;
                }
                chunk.clear().limit((int) Math.min(CHUNK, left));
                if (filler.write(chunk) == 0) {
                    break;
                }
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    /// Gives back so much of what [#fillBut] took.
    void giveBack(long bytes) throws IOException {
        try (FileChannel filler = FileChannel.open(mountPoint.resolve(FILLER), StandardOpenOption.WRITE)) {
            FileChannel _ = filler.truncate(filler.size() - bytes);
        }
    }

    /// Gives back all of it.
    void free() throws IOException {
        Files.deleteIfExists(mountPoint.resolve(FILLER));
    }

    /// Has ext4 find an error, at which it goes read-only under those who have files open; skips the test where the
    /// kernel cannot be told to.
    void breakIt() throws IOException {
        String device =
                Path.of(Files.getFileStore(mountPoint).name()).getFileName().toString();
        Path trigger = Path.of("/sys/fs/ext4", device, "trigger_fs_error");
        Assumptions.assumeTrue(Files.isWritable(trigger), "skipped: " + trigger + " cannot be written");
        Files.writeString(trigger, "an error made by a test");
    }

    @Override
    public void close() throws IOException {
        String problem = run("umount", mountPoint.toString());
        if (!problem.isEmpty()) {
            // Something of a test that failed still has files open: the mount goes once that ends.
            problem = run("umount", "-l", mountPoint.toString());
        }
        Files.deleteIfExists(image);
        if (!problem.isEmpty()) {
            throw new IOException(problem);
        }
    }
}
