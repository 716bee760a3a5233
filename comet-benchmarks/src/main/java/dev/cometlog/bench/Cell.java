package dev.cometlog.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One measurement, run in a JVM of its own: `Cell NAME DIRECTORY [ARGUMENT…]` prints one line of `key=value`.
final class Cell {
    static final String RESULT = "result ";

    private Cell() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(Path.of(args[1]), List.of(args).subList(2, args.length));
        Result result = run(args[0], arguments);
        if (result != null) {
            System.out.println(RESULT + result);
        }
    }

    private record Arguments(Path directory, List<String> rest) {
        String word(int at) {
            return rest.get(at);
        }

        int number(int at) {
            return Integer.parseInt(rest.get(at));
        }

        boolean flag(int at) {
            return Boolean.parseBoolean(rest.get(at));
        }
    }

    private static @Nullable Result run(String name, Arguments with) throws Exception {
        Path directory = with.directory();
        return switch (name) {
            case "append" ->
                new AppendCell(Targets.open(with.word(0), directory), with.number(1), with.number(2))
                        .run(with.number(3));
            case "read" -> new ReadCell(Targets.open(with.word(0), directory)).run(with.number(1), with.number(2));
            case "pair" ->
                PairCell.run(with.word(0), directory, with.number(1), with.flag(2), with.number(3), with.number(4));
            case "shards" -> shards(with);
            case "ack" -> ConsumerCell.ack(directory, with.number(0));
            case "process" -> ConsumerCell.process(directory, with.number(0), with.number(1));
            case "visibility" -> ConsumerCell.visibility(directory, with.flag(0));
            case "reopen" -> ReopenCell.reopen(directory, with.number(0));
            case "takeover" -> ReopenCell.takeOver(directory);
            case "lockword" -> LockWordCell.run(directory);
            case "retaining" -> SustainedCell.retaining(directory, with.number(0));
            case "readbehind" -> SustainedCell.readBehind(directory, with.number(0));
            case "disk" -> SustainedCell.disk(directory, with.number(0), with.number(1));
            case "device" -> DeviceCell.run(directory, with.number(0), with.number(1));
            case "idle" -> MemoryCell.idle(directory, with.number(0));
            case "limit" -> MemoryCell.write(directory, with.number(0), with.number(1));
            default -> {
                child(name, with);
                yield null;
            }
        };
    }

    private static Result shards(Arguments with) throws Exception {
        return with.word(0).equals("comet")
                ? ShardsCell.comet(with.directory(), with.number(1), with.number(2), with.number(3))
                : ShardsCell.targets(with.word(0), with.directory(), with.number(1), with.number(2), with.number(3));
    }

    /// What another cell starts.
    private static void child(String name, Arguments with) throws Exception {
        switch (name) {
            case "pair-writer" ->
                PairCell.write(with.word(0), with.directory(), with.number(1), with.number(2), with.number(3));
            case "fill" -> ReopenCell.fill(with.directory(), with.number(0));
            case "die-holding" -> ReopenCell.dieHolding(with.directory());
            case "paced-writer" -> ConsumerCell.writePaced(with.directory());
            default -> throw new IllegalArgumentException("unknown cell: " + name);
        }
    }
}
