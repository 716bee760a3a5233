package dev.cometlog.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One or two processes that append at the same time, to the same shard or to one each.
final class PairCell {
    private static final int WARM_UP = 500_000;
    private static final int CHUNK = 1000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private PairCell() {}

    static Result run(String subject, Path directory, int processes, boolean sameShard, int bytes, int seconds)
            throws Exception {
        List<ChildCell> children = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                children.add(ChildCell.start(
                        List.of(),
                        "pair-writer",
                        directory.toString(),
                        subject,
                        Integer.toString(sameShard ? 0 : i),
                        Integer.toString(bytes),
                        Integer.toString(seconds)));
            }
            for (ChildCell child : children) {
                Verified.require(1, child.line().equals("ready") ? 1 : 0);
            }
            BusyCores busy = new BusyCores();
            for (ChildCell child : children) {
                child.go();
            }
            double perSecond = 0;
            long appended = 0;
            for (ChildCell child : children) {
                String[] answer = child.line().split(" ");
                perSecond += Double.parseDouble(answer[0]);
                appended += Long.parseLong(answer[1]);
            }
            double busyCores = busy.sinceThen();
            for (ChildCell child : children) {
                child.join();
            }
            if (subject.equals("comet")) {
                Verified.require(appended, intact(directory, sameShard ? 1 : processes, bytes));
            }
            return new Result().with("millionPerSecond", perSecond / 1e6).with("busyCores", busyCores);
        } finally {
            children.forEach(ChildCell::close);
        }
    }

    private static long intact(Path directory, int shards, int bytes) {
        long intact = 0;
        for (int i = 0; i < shards; i++) {
            try (CometTarget target = new CometTarget(directory, i, 2)) {
                intact += target.intact(AppendCell.payload(bytes));
            }
        }
        return intact;
    }

    /// The child: appends for that long once its parent says so.
    static void write(String subject, Path directory, int shard, int bytes, int seconds) throws Exception {
        Path own = directory.resolve(subject + shard);
        Files.createDirectories(own.getParent());
        if (!subject.equals("comet")) {
            Files.createDirectories(own);
        }
        try (Target target =
                subject.equals("comet") ? new CometTarget(directory, shard, 2) : Targets.open(subject, own)) {
            byte[] payload = AppendCell.payload(bytes);
            for (int i = 0; i < WARM_UP; i++) {
                target.append(payload);
            }
            ChildCell.awaitGo();
            long start = System.nanoTime();
            long end = start + seconds * NANOS_PER_SECOND;
            long appended = 0;
            long now = start;
            while (now - end < 0) {
                for (int i = 0; i < CHUNK; i++) {
                    target.append(payload);
                }
                appended += CHUNK;
                now = System.nanoTime();
            }
            System.out.println(appended * (double) NANOS_PER_SECOND / (now - start) + " " + (appended + WARM_UP));
        }
    }
}
