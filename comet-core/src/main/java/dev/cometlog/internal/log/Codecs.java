package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.spi.Codec;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The codecs on the class path, by the number stored in frames. Looked up once per class loader.
///
/// One that cannot be loaded is as good as missing: streams that do not use it must not suffer.
public final class Codecs {
    private static final System.Logger LOG = System.getLogger(Codecs.class.getName());
    private static final int ZSTD = 1;
    private static final String ZSTD_NAME = "zstd";
    private static final String HINT = "add comet-zstd to the class path";

    private static final Codecs INSTALLED = load();

    private final @Nullable Codec[] byId = new Codec[FrameDescriptor.MAX_CODEC + 1];

    Codecs(Iterable<Codec> codecs) {
        codecs.forEach(this::add);
    }

    private void add(Codec codec) {
        int id = codec.id();
        if (id < 1 || id > FrameDescriptor.MAX_CODEC) {
            throw new IllegalArgumentException("codec ids are 1 to 3: " + codec.name() + " has id " + id);
        }
        byId[id] = codec;
    }

    public static Codecs installed() {
        return INSTALLED;
    }

    private static Codecs load() {
        Codecs codecs = new Codecs(List.of());
        try {
            ServiceLoader.load(Codec.class, Codecs.class.getClassLoader()).stream()
                    .forEach(codecs::addIfSound);
        } catch (ServiceConfigurationError e) {
            LOG.log(System.Logger.Level.WARNING, "codecs on the class path cannot be looked up", e);
        }
        return codecs;
    }

    private void addIfSound(ServiceLoader.Provider<Codec> provider) {
        try {
            add(provider.get());
        } catch (ServiceConfigurationError | LinkageError | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "a codec on the class path cannot be loaded", e);
        }
    }

    /// The codec with that number.
    ///
    /// @throws CometException.MissingCodec naming it, if it is not on the class path
    Codec get(int id) {
        Codec codec = byId[id];
        if (codec == null) {
            String name = id == ZSTD ? ZSTD_NAME + " (codec 1; " + HINT + ")" : "codec " + id;
            throw new CometException.MissingCodec(
                    "entries are compressed with " + name + ", installed are: " + installedNames());
        }
        return codec;
    }

    /// The name of the codec with that number, or the number if it is not there.
    public static String nameOf(int id) {
        Codec codec = INSTALLED.byId[id];
        return codec != null ? codec.name() : id == ZSTD ? ZSTD_NAME : Integer.toString(id);
    }

    /// Expands compressed bytes that must have `rawLength` bytes then, bounded by the caller; null if they do not.
    ///
    /// @throws CometException.MissingCodec naming the codec, if it is not there or cannot work here
    public byte @Nullable [] expand(int id, byte[] bytes, int from, int length, int rawLength) {
        Codec codec = get(id);
        byte[] raw = new byte[rawLength];
        try {
            return codec.decompress(bytes, from, length, raw, 0, rawLength) == rawLength ? raw : null;
        } catch (IllegalArgumentException e) {
            // The contract's way to say that the bytes are malformed.
            return null;
        } catch (LinkageError e) {
            throw cannotWork(codec, e);
        }
    }

    static CometException.MissingCodec cannotWork(Codec codec, LinkageError error) {
        return new CometException.MissingCodec(unable(codec, error), error);
    }

    /// What to say of a codec that is there and fails to load what it needs.
    static String unable(Codec codec, LinkageError error) {
        return "codec \"" + codec.name() + "\" is installed, but cannot work on this machine: " + error;
    }

    /// The codec of that name; empty for `none`, and for one that is not on the class path.
    Optional<Codec> find(String name) {
        for (Codec codec : byId) {
            if (codec != null && codec.name().equals(name)) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }

    /// Refuses settings that this process could not follow itself.
    ///
    /// @throws CometException.MissingCodec naming the codec, if it is not on the class path
    /// @throws IllegalArgumentException naming the level, if the codec does not have it
    public void check(StreamSettings settings) {
        if (settings.codec().equals(StreamSettings.NO_CODEC)) {
            return;
        }
        find(settings.codec())
                .orElseThrow(() -> new CometException.MissingCodec(missing(settings.codec())))
                .checkLevel(settings.codecLevel());
    }

    /// What to say of a codec that is asked for by name and is not there.
    String missing(String name) {
        String hint = name.equals(ZSTD_NAME) ? " (" + HINT + ")" : "";
        return "codec \"" + name + "\" is not installed" + hint + "; installed are: " + installedNames();
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
