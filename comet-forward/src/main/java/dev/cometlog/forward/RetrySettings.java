package dev.cometlog.forward;

import java.time.Duration;

/// How a batch that could not be sent is tried again: after waits that grow. Names and defaults are those of the
/// OpenTelemetry Collector.
///
/// @param initialInterval the wait after the first failure; default 5 s
/// @param maxInterval no wait grows longer, unless the destination asks for it; default 30 s
/// @param multiplier how much longer each wait is than the one before; default 1.5
/// @param randomizationFactor a wait is longer or shorter by up to this part of it, so that senders that failed
///     together part; default 0.5
/// @param maxElapsedTime how long after its first failure a batch is given up, as if it had been rejected; zero is
///     never. Default 300 s. It means something only where giving up has been asked for: see
///     [ForwarderOptions.Builder#onReject(dev.cometlog.Exhausted)]
public record RetrySettings(
        Duration initialInterval,
        Duration maxInterval,
        double multiplier,
        double randomizationFactor,
        Duration maxElapsedTime) {

    /// The defaults.
    public static final RetrySettings DEFAULT =
            new RetrySettings(Duration.ofSeconds(5), Duration.ofSeconds(30), 1.5, 0.5, Duration.ofSeconds(300));

    public RetrySettings {
        if (initialInterval.isNegative() || initialInterval.isZero()) {
            throw new IllegalArgumentException("initialInterval must be positive: initialInterval=" + initialInterval);
        }
        if (maxInterval.compareTo(initialInterval) < 0) {
            throw new IllegalArgumentException("maxInterval must be at least initialInterval: maxInterval="
                    + maxInterval + ", initialInterval=" + initialInterval);
        }
        if (!(multiplier >= 1 && multiplier <= 100)) {
            throw new IllegalArgumentException("multiplier must be between 1 and 100: multiplier=" + multiplier);
        }
        if (!(randomizationFactor >= 0 && randomizationFactor < 1)) {
            throw new IllegalArgumentException(
                    "randomizationFactor must be at least 0 and below 1: randomizationFactor=" + randomizationFactor);
        }
        if (maxElapsedTime.isNegative()) {
            throw new IllegalArgumentException("maxElapsedTime must not be negative: maxElapsedTime=" + maxElapsedTime);
        }
    }

    public RetrySettings withInitialInterval(Duration value) {
        Duration longest = maxInterval.compareTo(value) < 0 ? value : maxInterval;
        return new RetrySettings(value, longest, multiplier, randomizationFactor, maxElapsedTime);
    }

    public RetrySettings withMaxInterval(Duration value) {
        return new RetrySettings(initialInterval, value, multiplier, randomizationFactor, maxElapsedTime);
    }

    public RetrySettings withMultiplier(double value) {
        return new RetrySettings(initialInterval, maxInterval, value, randomizationFactor, maxElapsedTime);
    }

    public RetrySettings withRandomizationFactor(double value) {
        return new RetrySettings(initialInterval, maxInterval, multiplier, value, maxElapsedTime);
    }

    public RetrySettings withMaxElapsedTime(Duration value) {
        return new RetrySettings(initialInterval, maxInterval, multiplier, randomizationFactor, value);
    }
}
