package dev.cometlog.cli;

import dev.cometlog.internal.log.StreamSettings;
import java.util.SortedMap;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A codec as the command line spells it: `none`, `zstd` or `zstd:9`.
///
/// @param level 1 if none is given
record CodecOption(String name, int level) {
    private static final int DEFAULT_LEVEL = 1;

    void put(SortedMap<String, String> settings) {
        settings.put(StreamSettings.CODEC, name);
        settings.put(StreamSettings.CODEC_LEVEL, Integer.toString(level));
    }

    static final class Converter implements ITypeConverter<CodecOption> {
        @Override
        public CodecOption convert(String value) {
            int colon = value.indexOf(':');
            String name = colon < 0 ? value : value.substring(0, colon);
            if (name.isEmpty()) {
                throw new TypeConversionException("expected none, zstd or zstd:LEVEL, not \"" + value + "\"");
            }
            try {
                return new CodecOption(name, colon < 0 ? DEFAULT_LEVEL : Integer.parseInt(value.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected none, zstd or zstd:LEVEL, not \"" + value + "\"");
            }
        }
    }
}
