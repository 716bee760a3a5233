package dev.cometlog.internal.process;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// What a process that has the log open says it is.
///
/// @param pid its number, in its own namespace
/// @param name the main class or jar
/// @param started when it was started
/// @param processId the small number that it asked for
/// @param isStopped whether it was stopped by a signal or a debugger
public record ProcessDescription(
        long pid, String name, Optional<Instant> started, OptionalInt processId, boolean isStopped) {}
