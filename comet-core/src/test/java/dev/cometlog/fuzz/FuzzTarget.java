package dev.cometlog.fuzz;

/// Decodes whatever it is given.
///
/// Returns, or throws what the decoder's contract names, caught and checked by the target itself; anything that it
/// lets out is a finding.
@FunctionalInterface
public interface FuzzTarget {
    void decode(byte[] input) throws Exception;
}
