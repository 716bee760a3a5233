package dev.cometlog.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The terminal that `comet top` draws on: keys without Enter, its size, and everything as it was at the end.
final class TopTerminal implements AutoCloseable {
    private static final int FALLBACK_WIDTH = 80;
    private static final int FALLBACK_HEIGHT = 24;
    private static final int TIMED_OUT = -2;

    private static final String ENTER = "\033[?1049h\033[?25l";
    private static final String LEAVE = "\033[0m\033[?25h\033[?1049l";
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final String RESET = "\033[0m";

    private final Terminal terminal;
    private final Attributes before;
    private final boolean colours;
    private final Thread restore = new Thread(this::leave, "comet-terminal");
    private boolean left; // guarded by this

    private TopTerminal(Terminal terminal, boolean colours) {
        this.terminal = terminal;
        this.colours = colours;
        this.before = terminal.enterRawMode();
    }

    /// Takes the terminal over.
    ///
    /// @throws CommandFailure if there is none
    static TopTerminal open() throws IOException {
        if (!requireNonNull(System.console(), "never since JDK 22").isTerminal()) {
            throw new CommandFailure("top needs a terminal; comet top --once prints once and ends");
        }
        Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).build();
        TopTerminal top = new TopTerminal(terminal, System.getenv("NO_COLOR") == null);
        Runtime.getRuntime().addShutdownHook(top.restore);
        top.send(ENTER);
        return top;
    }

    int width() {
        int columns = size().getColumns();
        return columns > 0 ? columns : FALLBACK_WIDTH;
    }

    int height() {
        int rows = size().getRows();
        return rows > 0 ? rows : FALLBACK_HEIGHT;
    }

    private Size size() {
        return terminal.getSize();
    }

    /// The next key; empty if none comes in time. The end of the input counts as Ctrl-D.
    OptionalInt key(long millis) throws IOException {
        int key = terminal.reader().read(millis);
        if (key == TIMED_OUT) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(key < 0 ? 4 : key);
    }

    void draw(List<TopScreen.Line> lines) {
        StringBuilder text = new StringBuilder(HOME);
        for (int i = 0; i < lines.size(); i++) {
            text.append(code(lines.get(i).look()))
                    .append(lines.get(i).text())
                    .append(RESET)
                    .append(CLEAR_LINE)
                    .append(i + 1 < lines.size() ? "\r\n" : "");
        }
        send(text + CLEAR_BELOW);
    }

    private String code(TopScreen.Line.Look look) {
        if (!colours) {
            return look == TopScreen.Line.Look.HEADING ? "\033[1m" : "";
        }
        return switch (look) {
            case PLAIN -> "";
            case HEADING -> "\033[1m";
            case WARNING -> "\033[33m";
            case ALARM -> "\033[1;31m";
            case DIM -> "\033[2m";
        };
    }

    private void send(String text) {
        terminal.writer().write(text);
        terminal.writer().flush();
    }

    private synchronized void leave() {
        if (!left) {
            left = true;
            send(LEAVE);
            terminal.setAttributes(before);
        }
    }

    @Override
    public void close() throws IOException {
        leave();
        terminal.close();
    }
}
