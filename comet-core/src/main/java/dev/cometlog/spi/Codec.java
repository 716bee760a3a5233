package dev.cometlog.spi;

/// Compresses the bodies of frames.
public interface Codec {

    /// Returns the number that a frame carries to say which codec wrote it; 0 stands for none.
    int id();

    /// Returns the name that the configuration uses for it.
    String name();
}
