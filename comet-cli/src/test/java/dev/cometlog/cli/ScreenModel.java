package dev.cometlog.cli;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a terminal shows after it was sent some text: as much of a terminal as `comet top` uses, and exact in what
/// goes wrong at the right edge.
///
/// A character in the last column leaves the cursor on it; only the next one wraps. Whoever erases to the end of the
/// line in between erases that character. Thread-safe.
final class ScreenModel {
    private static final Pattern CONTROL = Pattern.compile("\033\\[([?0-9;]*)([A-Za-z])");

    private int width;
    private char[][] cells;
    private int row;
    private int column;
    private boolean wraps;
    private String rest = "";
    private int wrapped;
    private int frames;
    private boolean alternate;
    private boolean cursorHidden;

    ScreenModel(int width, int height) {
        this.width = width;
        this.cells = blank(width, height);
    }

    private static char[][] blank(int width, int height) {
        return Stream.generate(() -> blank(width)).limit(height).toArray(char[][]::new);
    }

    private static char[] blank(int width) {
        char[] line = new char[width];
        Arrays.fill(line, ' ');
        return line;
    }

    /// Has another size from now on, and is empty.
    synchronized void resize(int newWidth, int height) {
        width = newWidth;
        cells = blank(newWidth, height);
        row = 0;
        column = 0;
        wraps = false;
    }

    synchronized void print(String text) {
        String all = rest + text;
        rest = "";
        Matcher control = CONTROL.matcher(all);
        int at = 0;
        while (at < all.length()) {
            if (all.charAt(at) != '\033') {
                put(all.charAt(at++));
            } else if (control.region(at, all.length()).lookingAt()) {
                obey(control.group(1), control.group(2).charAt(0));
                at = control.end();
            } else if (all.length() - at < 16) {
                // The rest of it has not come yet.
                rest = all.substring(at);
                return;
            } else {
                throw new AssertionError("a control that is not known: " + all.substring(at + 1, at + 16));
            }
        }
    }

    private void put(char c) {
        switch (c) {
            case '\r' -> {
                column = 0;
                wraps = false;
            }
            case '\n' -> lineFeed();
            case '\b' -> column = Math.max(0, column - 1);
            default -> {
                if (wraps) {
                    wrapped++;
                    column = 0;
                    lineFeed();
                }
                cells[row][column] = c;
                wraps = column == width - 1;
                column = Math.min(column + 1, width - 1);
            }
        }
    }

    private void lineFeed() {
        wraps = false;
        if (row + 1 < cells.length) {
            row++;
        } else {
            System.arraycopy(cells, 1, cells, 0, cells.length - 1);
            cells[cells.length - 1] = blank(width);
        }
    }

    private void obey(String parameters, char command) {
        switch (command) {
            case 'H' -> {
                frames++;
                row = 0;
                column = 0;
                wraps = false;
            }
            case 'K' -> Arrays.fill(cells[row], column, width, ' ');
            case 'J' -> {
                Arrays.fill(cells[row], column, width, ' ');
                for (int below = row + 1; below < cells.length; below++) {
                    cells[below] = blank(width);
                }
            }
            case 'h', 'l' -> {
                boolean on = command == 'h';
                if (parameters.equals("?1049")) {
                    alternate = on;
                } else if (parameters.equals("?25")) {
                    cursorHidden = !on;
                }
            }
            case 'm' -> {
                // How it looks is not looked at.
            }
            default -> throw new AssertionError("a control that is not known: " + parameters + command);
        }
    }

    /// The lines as they stand there, without the blanks behind them.
    synchronized List<String> lines() {
        return Arrays.stream(cells)
                .map(line -> new String(line).stripTrailing())
                .toList();
    }

    synchronized String text() {
        return lines().stream().collect(Collectors.joining("\n"));
    }

    /// How many lines were too long since that was forgotten last.
    synchronized int wrapped() {
        return wrapped;
    }

    synchronized void forgetWrapped() {
        wrapped = 0;
    }

    /// How many times it was begun to be drawn.
    synchronized int frames() {
        return frames;
    }

    /// Whether it is as a shell expects it: its own screen, with a cursor.
    synchronized boolean isAsBefore() {
        return !alternate && !cursorHidden;
    }

    synchronized boolean isTakenOver() {
        return alternate && cursorHidden;
    }
}
