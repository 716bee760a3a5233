package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.spi.Codec;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The codecs on the class path, by the number stored in frames. Looked up once per class loader.
final class Codecs {
    private static final int ZSTD = 1;

    private static final Codecs INSTALLED = new Codecs(load());

    private final @Nullable Codec[] byId = new Codec[FrameDescriptor.MAX_CODEC + 1];

    Codecs(Iterable<Codec> codecs) {
        for (Codec codec : codecs) {
            int id = codec.id();
            if (id < 1 || id > FrameDescriptor.MAX_CODEC) {
                throw new IllegalArgumentException("codec ids are 1 to 3: " + codec.name() + " has id " + id);
            }
            byId[id] = codec;
        }
    }

    static Codecs installed() {
        return INSTALLED;
    }

    private static Iterable<Codec> load() {
        try {
            return ServiceLoader.load(Codec.class, Codecs.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError e) {
            throw new CometException("a codec on the class path cannot be loaded", e);
        }
    }

    /// The codec with that number.
    ///
    /// @throws CometException.MissingCodec naming it, if it is not on the class path
    Codec get(int id) {
        Codec codec = byId[id];
        if (codec == null) {
            String name = id == ZSTD ? "zstd (codec 1; add comet-zstd to the class path)" : "codec " + id;
            throw new CometException.MissingCodec(
                    "entries are compressed with " + name + ", installed are: " + installedNames());
        }
        return codec;
    }

    private String installedNames() {
        StringJoiner names = new StringJoiner(", ").setEmptyValue("none");
        for (Codec codec : byId) {
            if (codec != null) {
                names.add(codec.name());
            }
        }
        return names.toString();
    }
}
