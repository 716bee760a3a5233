/// An embedded, segmented, append-only log that needs the JDK alone.
module dev.cometlog {
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.cometlog;
    exports dev.cometlog.spi;

    uses dev.cometlog.spi.Codec;
}
