package dev.cometlog.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What the user has chosen to see in `comet top`, as changed by keys. Pure: one key after the other.
final class TopKeys {
    /// What rows are sorted by.
    enum Order {
        name,
        appends,
        bytes,
        lag;

        Order next() {
            return switch (this) {
                case name -> appends;
                case appends -> bytes;
                case bytes -> lag;
                case lag -> name;
            };
        }
    }

    static final int ESCAPE = 27;
    private static final int CONTROL_C = 3;
    private static final int CONTROL_D = 4;
    private static final int BACKSPACE = 8;
    private static final int DELETE = 127;

    private Order order;
    private boolean reversed;
    private String filter;
    private boolean typing;
    private boolean paused;
    private boolean ended;
    private int scrolled;

    TopKeys(Order order, String filter) {
        this.order = order;
        this.filter = filter;
    }

    /// Takes one key; returns whether it meant something.
    boolean press(int key) {
        return typing ? type(key) : command(key);
    }

    private boolean type(int key) {
        switch (key) {
            case '\r', '\n' -> typing = false;
            case ESCAPE -> {
                typing = false;
                filter = "";
            }
            case CONTROL_C -> ended = true;
            case BACKSPACE, DELETE -> filter = filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1);
            default -> {
                if (Character.isISOControl(key)) {
                    return false;
                }
                filter += Character.toString(key);
            }
        }
        scrolled = 0;
        return true;
    }

    private boolean command(int key) {
        switch (key) {
            case 'q', 'Q', CONTROL_C, CONTROL_D -> ended = true;
            case 's' -> order = order.next();
            case 'r' -> reversed = !reversed;
            case 'p', ' ' -> paused = !paused;
            case '/' -> {
                typing = true;
                filter = "";
            }
            case ESCAPE -> filter = "";
            case 'j' -> scrolled++;
            case 'k' -> scrolled = Math.max(0, scrolled - 1);
            default -> {
                return false;
            }
        }
        return true;
    }

    boolean ended() {
        return ended;
    }

    boolean paused() {
        return paused;
    }

    /// How many rows of streams are passed over; more than there are counts as all but one.
    int scrolled(int rows) {
        scrolled = Math.clamp(scrolled, 0, Math.max(0, rows - 1));
        return scrolled;
    }

    /// The streams to be shown, in the order chosen.
    List<TopFigures.OfStream> streams(TopFigures figures) {
        Comparator<TopFigures.OfStream> comparator = switch (order) {
            case name, lag -> Comparator.comparing(TopFigures.OfStream::name);
            case appends ->
                Comparator.comparingDouble(TopFigures.OfStream::entriesPerSecond)
                        .reversed();
            case bytes -> Comparator.comparingLong(TopFigures.OfStream::bytes).reversed();
        };
        return figures.streams().stream()
                .filter(stream -> matches(stream.name()))
                .sorted(reversed ? comparator.reversed() : comparator)
                .toList();
    }

    /// The groups to be shown, in the order chosen.
    List<TopFigures.OfGroup> groups(TopFigures figures) {
        Comparator<TopFigures.OfGroup> comparator = switch (order) {
            case name -> Comparator.comparing(TopFigures.OfGroup::group).thenComparing(TopFigures.OfGroup::stream);
            case appends ->
                Comparator.comparingDouble(TopFigures.OfGroup::ackedPerSecond).reversed();
            case bytes, lag ->
                Comparator.comparingLong(TopFigures.OfGroup::behind).reversed();
        };
        return figures.groups().stream()
                .filter(group -> matches(group.stream()) || matches(group.group()))
                .sorted(reversed ? comparator.reversed() : comparator)
                .toList();
    }

    private boolean matches(String name) {
        return name.toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT));
    }

    /// The last line of the screen.
    String line() {
        if (typing) {
            return "filter: " + filter + "_   Enter keep  Esc clear";
        }
        return "q quit  s sort: " + order + (reversed ? " reversed" : "") + "  r reverse  / filter"
                + (filter.isEmpty() ? "" : ": " + filter + " (Esc clear)") + "  j k scroll  p "
                + (paused ? "go on (paused)" : "pause");
    }
}
