package dev.cometlog.internal.log;

import java.util.UUID;

/// Names one run of the operating system. Bytes in the page cache live exactly that long, so a state page
/// that carries the present id tells the truth about them.
public record BootId(long high, long low) {
    /// No boot has it: what it is compared with counts as another boot.
    public static final BootId UNKNOWN = new BootId(0, 0);

    /// Reads the text form, such as Linux's `/proc/sys/kernel/random/boot_id`.
    public static BootId parse(String text) {
        UUID id = UUID.fromString(text.trim());
        return new BootId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /// Whether both are known and the same.
    boolean sameBoot(BootId other) {
        return !equals(UNKNOWN) && equals(other);
    }
}
