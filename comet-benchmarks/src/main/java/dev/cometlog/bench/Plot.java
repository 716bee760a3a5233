package dev.cometlog.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Percentiles of latency as an SVG: one line a subject, nines to the right, time upwards, both logarithmic.
final class Plot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int RIGHT = 560;
    private static final int BOTTOM = 350;
    private static final double LEAST_NANOS = 10;
    private static final double MOST_NANOS = 1e9;
    private static final List<String> COLOURS =
            List.of("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf");

    private final StringBuilder svg = new StringBuilder();

    private Plot() {}

    /// @param lines the samples of each subject, in the order of the legend
    static String of(String title, Map<String, Samples> lines) {
        return new Plot().draw(title, lines);
    }

    private String draw(String title, Map<String, Samples> lines) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">\n",
                WIDTH, HEIGHT);
        add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n");
        add("<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>\n", LEFT, title);
        axes();
        int at = 0;
        for (Map.Entry<String, Samples> line : lines.entrySet()) {
            String colour = COLOURS.get(at % COLOURS.size());
            line(line.getValue(), colour);
            add(
                    "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n",
                    RIGHT + 15, TOP + 15 + at * 18, colour, line.getKey());
            at++;
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        String[] names = {"10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"};
        for (int i = 0; i < names.length; i++) {
            double y = y(LEAST_NANOS * Math.pow(10, i));
            add("<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>\n", LEFT, y, RIGHT);
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 8, y + 4, names[i]);
        }
        for (int i = 0; i < AppendCell.PERCENTILES.length; i++) {
            double percentile = AppendCell.PERCENTILES[i];
            String name = percentile == 100 ? "max" : "p" + (percentile % 1 == 0 ? "%.0f" : "%s").formatted(percentile);
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x(i), BOTTOM + 20, name);
        }
    }

    private void line(Samples samples, String colour) {
        svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour)
                .append("\" points=\"");
        for (int i = 0; i < AppendCell.PERCENTILES.length; i++) {
            add("%.1f,%.1f ", x(i), y(samples.median("p" + AppendCell.PERCENTILES[i])));
        }
        add("\"/>\n");
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which no code of ours depends on
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private static double x(int percentile) {
        return LEFT + (RIGHT - LEFT) * percentile / (AppendCell.PERCENTILES.length - 1.0);
    }

    private static double y(double nanos) {
        double share = Math.log10(Math.max(nanos, LEAST_NANOS) / LEAST_NANOS) / Math.log10(MOST_NANOS / LEAST_NANOS);
        return BOTTOM - (BOTTOM - TOP) * Math.min(share, 1);
    }
}
