package dev.cometlog.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/// One measurement, run in a JVM of its own: `Cell NAME DIRECTORY [ARGUMENT…]` prints one line of `key=value`.
final class Cell {
    private Cell() {}

    public static void main(String[] args) throws Exception {
        String name = args[0];
        Path directory = Path.of(args[1]);
        int[] numbers = Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray();
        Result result = run(name, directory, numbers);
        System.out.println(name + " "
                + String.join(
                        " ", Arrays.stream(numbers).mapToObj(Integer::toString).toList()) + ": " + result);
    }

    private static Result run(String name, Path directory, int[] numbers) throws IOException, InterruptedException {
        return switch (name) {
            case "append" -> new AppendCell(new CometTarget(directory)).run(numbers[0], numbers[1]);
            case "append-floor" -> new AppendCell(new MappedTarget(directory)).run(numbers[0], numbers[1]);
            case "append-channel" -> new AppendCell(new ChannelTarget(directory)).run(numbers[0], numbers[1]);
            case "batch" -> new BatchCell(directory).run(numbers[0], numbers[1], numbers[2]);
            case "read" -> new ReadCell(directory).run(numbers[0], numbers[1]);
            case "fill" -> ReopenCell.fill(directory, numbers[0]);
            case "reopen" -> ReopenCell.reopen(directory);
            case "idle" -> MemoryCell.idle(directory, numbers[0]);
            case "shards" -> MemoryCell.write(directory, numbers[0], numbers[1]);
            default -> throw new IllegalArgumentException("unknown cell: " + name);
        };
    }
}
