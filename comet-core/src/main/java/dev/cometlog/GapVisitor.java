package dev.cometlog;

/// Is told of offsets that a scan had to pass over.
@FunctionalInterface
public interface GapVisitor {
    void gap(Gap gap);

    /// Ignores gaps, for those who ask the entries' offsets instead.
    static GapVisitor ignore() {
        return gap -> {};
    }
}
