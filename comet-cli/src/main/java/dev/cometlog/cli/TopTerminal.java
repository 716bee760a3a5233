package dev.cometlog.cli;

import static java.util.Objects.requireNonNull;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.OptionalInt;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The terminal that `comet top` draws on: keys without Enter, its size, and everything as it was at the end.
final class TopTerminal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TopTerminal.class.getName());
    private static final int FALLBACK_WIDTH = 80;
    private static final int FALLBACK_HEIGHT = 24;
    private static final int TIMED_OUT = -2;

    private static final String ENTER = "\033[?1049h\033[?25l";
    private static final String LEAVE = "\033[0m\033[?25h\033[?1049l";
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String RESET = "\033[0m";

    /// Not the terminal's own writer: when the JVM ends, the library closes that one before the screen is given back.
    private final OutputStream output = new FileOutputStream(FileDescriptor.out);

    private final Terminal terminal;
    private final Attributes before;
    private final boolean colours;
    private final Thread restore = new Thread(this::leaveAtExit, "comet-terminal");
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
        // Signals stay the JVM's: the library would have Ctrl-C end the process on the spot, with no hook run.
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(false)
                .nativeSignals(false)
                .build();
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

    /// Draws as many lines as the terminal has.
    void draw(List<TopScreen.Line> lines) throws IOException {
        StringBuilder text = new StringBuilder(HOME);
        for (int i = 0; i < lines.size(); i++) {
            // Cleared before it is written: the cursor stays on the last character of a full line, which would go.
            text.append(CLEAR_LINE)
                    .append(code(lines.get(i).look()))
                    .append(lines.get(i).text())
                    .append(RESET)
                    .append(i + 1 < lines.size() ? "\r\n" : "");
        }
        send(text.toString());
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

    private synchronized void send(String text) throws IOException {
        if (!left) {
            output.write(text.getBytes(terminal.encoding()));
        }
    }

    private synchronized void leave() throws IOException {
        if (!left) {
            send(LEAVE);
            left = true;
            terminal.setAttributes(before);
        }
    }

    private void leaveAtExit() {
        try {
            leave();
        } catch (IOException e) {
            // The terminal is gone, and nobody sees what it looks like.
            LOG.log(System.Logger.Level.DEBUG, "the terminal could not be given back", e);
        }
    }

    @Override
    public void close() throws IOException {
        leave();
        terminal.close();
    }
}
