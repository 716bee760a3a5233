/// Zstandard for Comet: being there is enough.
module dev.cometlog.zstd {
    requires static org.jspecify;
    requires dev.cometlog;
    requires com.github.luben.zstd_jni;

    provides dev.cometlog.spi.Codec with
            dev.cometlog.zstd.ZstdCodec;
}
