package dev.cometlog.bench;

import java.util.List;

/// One row of the report: which cell to run, and what of its result to show.
///
/// @param section the table it belongs to
/// @param label what the row is called
/// @param arguments name of the cell, then its arguments without the directory
/// @param memoryLimitMiB a limit on the memory of the cell's process; 0 for none
record CellSpec(String section, String label, List<String> arguments, int memoryLimitMiB) {
    static CellSpec of(String section, String label, Object... arguments) {
        return new CellSpec(
                section,
                label,
                List.of(arguments).stream().map(Object::toString).toList(),
                0);
    }

    CellSpec within(int mebibytes) {
        return new CellSpec(section, label, arguments, mebibytes);
    }

    /// Whether `word` is part of its section, its label or its arguments.
    boolean matches(String word) {
        return (section + " " + label + " " + String.join(" ", arguments)).contains(word);
    }
}
