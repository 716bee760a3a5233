package dev.cometlog.cli;

import java.time.Instant;
import java.time.ZoneId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a point in time, such as `2026-01-31T12:00:00Z`, `2026-01-31 12:00` in the local zone, or `-10m`.
final class Datetime implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
        try {
            if (From.parse(value, Instant.now(), ZoneId.systemDefault()) instanceof From.Time(Instant instant)) {
                return instant;
            }
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
        throw new TypeConversionException("expected a time such as 2026-01-31T12:00:00Z, not \"" + value + "\"");
    }
}
