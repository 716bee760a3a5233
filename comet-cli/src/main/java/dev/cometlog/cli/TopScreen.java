package dev.cometlog.cli;

import dev.cometlog.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Lays the figures of `comet top` out on a screen of some size. Pure: the same figures give the same lines.
///
/// @param zone of the time of day
record TopScreen(int width, int height, ZoneId zone) {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int BAR = 16;
    private static final int FOOTER = 1;

    /// A line, and how it is to look.
    record Line(String text, Look look) {
        enum Look {
            PLAIN,
            HEADING,
            WARNING,
            ALARM,
            DIM
        }

        static Line plain(String text) {
            return new Line(text, Look.PLAIN);
        }

        static Line heading(String text) {
            return new Line(text, Look.HEADING);
        }
    }

    /// Exactly as many lines as the screen has, none longer than it is wide.
    List<Line> lines(TopFigures figures, TopKeys keys) {
        List<Line> lines = new ArrayList<>(summary(figures));
        int left = height - FOOTER - lines.size();
        List<Line> streams = streams(keys.streams(figures), keys, figures.at());
        List<Line> groups = groups(keys.groups(figures));
        List<Line> processes = processes(figures.processes(), figures.at());
        int[] shares = share(Math.max(0, left), streams.size(), groups.size(), processes.size());
        add(lines, streams, shares[0]);
        add(lines, groups, shares[1]);
        add(lines, processes, shares[2]);
        while (lines.size() < height - FOOTER) {
            lines.add(Line.plain(""));
        }
        List<Line> fitting = new ArrayList<>(lines.subList(0, Math.max(0, height - FOOTER)));
        fitting.add(new Line(keys.line(), Line.Look.DIM));
        return fitting.stream().map(this::cut).toList();
    }

    private Line cut(Line line) {
        return line.text().length() <= width ? line : new Line(line.text().substring(0, width), line.look());
    }

    /// Divides lines among three tables: each gets what it needs if there is enough, else a fair part.
    static int[] share(int lines, int... wanted) {
        int[] given = new int[wanted.length];
        int left = lines;
        boolean progress = true;
        while (left > 0 && progress) {
            progress = false;
            for (int i = 0; i < wanted.length && left > 0; i++) {
                if (given[i] < wanted[i]) {
                    given[i]++;
                    left--;
                    progress = true;
                }
            }
        }
        return given;
    }

    /// The last line of a table that is cut says how much is missing.
    private static void add(List<Line> lines, List<Line> table, int share) {
        if (share >= table.size()) {
            lines.addAll(table);
        } else if (share > 1) {
            lines.addAll(table.subList(0, share - 1));
            lines.add(new Line("  … " + (table.size() - share + 1) + " more", Line.Look.DIM));
        }
    }

    private List<Line> summary(TopFigures figures) {
        List<Line> lines = new ArrayList<>();
        lines.add(title(figures));
        TopFigures.Appends appends = figures.appends();
        TopFigures.Syncs syncs = figures.syncs();
        lines.add(Line.plain("appends %s/s  %s/s   stalls %s/s  lock waits %s/s  refused %s"
                .formatted(
                        Quantity.count(appends.entriesPerSecond()),
                        Quantity.bytes(appends.bytesPerSecond()),
                        Quantity.count(appends.stallsPerSecond()),
                        Quantity.count(appends.lockWaitsPerSecond()),
                        Quantity.count(appends.refused()))));
        lines.add(Line.plain("syncs   %s/s  mean %s  p99 <%s  max %s  last %s  unsynced %s"
                .formatted(
                        Quantity.count(syncs.perSecond()),
                        Quantity.time(syncs.mean()),
                        Quantity.time(syncs.p99()),
                        Quantity.time(syncs.longest()),
                        ago(syncs.last(), figures.at()),
                        Quantity.count(syncs.unsynced()))));
        lines.add(disk(figures));
        TopFigures.Gone gone = figures.gone();
        lines.add(new Line(
                "gone    expired %s  dropped %s (%s/s)  lost %s  damaged %s"
                        .formatted(
                                Quantity.count(gone.expired()),
                                Quantity.count(gone.dropped()),
                                Quantity.count(gone.droppedPerSecond()),
                                Quantity.count(gone.lost()),
                                Quantity.count(gone.damaged())),
                gone.droppedPerSecond() > 0 ? Line.Look.WARNING : Line.Look.PLAIN));
        figures.reasons().stream().limit(3).map(TopScreen::reason).forEach(lines::add);
        lines.add(Line.plain(""));
        return lines;
    }

    private Line title(TopFigures figures) {
        String right = CLOCK.format(figures.at().atZone(zone)) + "  "
                + figures.health().name().toLowerCase(Locale.ROOT);
        String left = "comet top  " + figures.directory();
        int room = Math.max(0, width - right.length() - 1);
        String shown = left.length() <= room ? left : left.substring(0, Math.max(0, room - 1)) + "…";
        Line.Look look = look(figures.health());
        return new Line(
                shown + " ".repeat(Math.max(1, width - shown.length() - right.length())) + right,
                look == Line.Look.PLAIN ? Line.Look.HEADING : look);
    }

    private static Line reason(Health.Reason reason) {
        return new Line("! " + reason.message(), look(reason.status()));
    }

    private static Line.Look look(Health.Status status) {
        return switch (status) {
            case HEALTHY -> Line.Look.PLAIN;
            case DEGRADED -> Line.Look.WARNING;
            case FAILED -> Line.Look.ALARM;
        };
    }

    private static Line disk(TopFigures figures) {
        long used = figures.disk().allocatedBytes();
        long most = Math.max(1, figures.disk().maxTotalBytes());
        double share = Math.clamp((double) used / most, 0.0, 1.0);
        int full = (int) Math.round(share * BAR);
        return new Line(
                "disk    [%s%s] %s of %s (%d%%)   free %s"
                        .formatted(
                                "#".repeat(full),
                                ".".repeat(BAR - full),
                                Quantity.bytes(used),
                                Quantity.bytes(most),
                                Math.round(share * 100),
                                Quantity.bytes(figures.disk().freeBytes())),
                figures.disk().freeBytes() < figures.disk().minFreeBytes() ? Line.Look.WARNING : Line.Look.PLAIN);
    }

    private List<Line> streams(List<TopFigures.OfStream> streams, TopKeys keys, Instant now) {
        int name = Math.max(12, width - 63);
        String form = "%-" + name + "s %6s %9s %10s %10s %10s %6s %5s";
        List<Line> lines = new ArrayList<>();
        lines.add(Line.heading(
                form.formatted("STREAM", "SHARDS", "ENTRIES", "SIZE", "APPENDS/S", "BYTES/S", "OLDEST", "DROPS")));
        for (TopFigures.OfStream stream :
                streams.subList(streams.isEmpty() ? 0 : keys.scrolled(streams.size()), streams.size())) {
            lines.add(Line.plain(form.formatted(
                    fit(stream.name(), name),
                    stream.shards(),
                    Quantity.count(stream.entries()),
                    Quantity.bytes(stream.bytes()),
                    Quantity.count(stream.entriesPerSecond()),
                    Quantity.bytes(stream.bytesPerSecond()),
                    ago(stream.oldest(), now),
                    Quantity.count(stream.dropped()))));
        }
        lines.add(Line.plain(""));
        return lines;
    }

    private List<Line> groups(List<TopFigures.OfGroup> groups) {
        if (groups.isEmpty()) {
            return List.of();
        }
        int names = Math.max(20, width - 57);
        int group = names / 2;
        int stream = names - group - 1;
        String form = "%-" + group + "s %-" + stream + "s %9s %8s %9s %7s %7s %5s %5s";
        List<Line> lines = new ArrayList<>();
        lines.add(Line.heading(
                form.formatted("GROUP", "STREAM", "BEHIND", "TIME", "ACKS/S", "READ", "FAILED", "DEAD", "GAPS")));
        for (TopFigures.OfGroup of : groups) {
            boolean waits = of.read() == 0 && of.behind() > 0;
            lines.add(new Line(
                    form.formatted(
                            fit(of.group(), group),
                            fit(of.stream(), stream),
                            Quantity.count(of.behind()),
                            Quantity.age(Duration.ofNanos((long) (of.behindSeconds() * 1e9))),
                            Quantity.count(of.ackedPerSecond()),
                            of.read() + "/" + of.shards(),
                            Quantity.count(of.failures()),
                            Quantity.count(of.deadLettered()),
                            Quantity.count(of.gaps())),
                    waits ? Line.Look.WARNING : Line.Look.PLAIN));
        }
        lines.add(Line.plain(""));
        return lines;
    }

    private List<Line> processes(List<TopFigures.OfProcess> processes, Instant now) {
        int name = Math.max(20, width - 42);
        String form = "%8s %-" + name + "s %5s %7s %8s %8s";
        List<Line> lines = new ArrayList<>();
        lines.add(Line.heading(form.formatted("PID", "PROCESS", "SLOT", "UP", "READS", "STATE")));
        for (TopFigures.OfProcess process : processes) {
            lines.add(new Line(
                    form.formatted(
                            process.pid(),
                            fit(process.name(), name),
                            slot(process.processId()),
                            ago(process.started(), now),
                            process.reads(),
                            process.stopped() ? "stopped" : "running"),
                    process.stopped() ? Line.Look.ALARM : Line.Look.PLAIN));
        }
        return lines;
    }

    private static String slot(OptionalInt processId) {
        return processId.isPresent() ? Integer.toString(processId.getAsInt()) : "-";
    }

    private static String ago(Optional<Instant> time, Instant now) {
        return time.map(instant -> Quantity.age(Duration.between(instant, now))).orElse("-");
    }

    /// A name that is too long keeps its end, which tells more.
    private static String fit(String name, int width) {
        return name.length() <= width ? name : "…" + name.substring(name.length() - width + 1);
    }
}
