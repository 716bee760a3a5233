package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Where batches are posted to, and how.
///
/// @param target an `http` or `https` address
/// @param format what a line is made of
/// @param gzip whether bodies are compressed
/// @param timeout how long a request may take, its connection included
/// @param headers further headers of each request
public record HttpOptions(
        URI target, NdjsonFormat format, boolean gzip, Duration timeout, Map<String, String> headers) {

    /// Use [#builder(URI)].
    public HttpOptions {
        headers = Map.copyOf(headers);
    }

    public static Builder builder(URI target) {
        return new Builder(target);
    }

    /// Collects settings; each has a default.
    public static final class Builder {
        private final URI target;
        private NdjsonFormat format = NdjsonFormat.ENVELOPE;
        private boolean gzip;
        private Duration timeout = Duration.ofSeconds(30);
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        private Builder(URI target) {
            String scheme = requireNonNull(target, "target").getScheme();
            if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme)) || target.getHost() == null) {
                throw new IllegalArgumentException("target must be an http or https address: target=" + target);
            }
            this.target = target;
        }

        /// Default [NdjsonFormat#ENVELOPE].
        public Builder format(NdjsonFormat value) {
            format = requireNonNull(value, "format");
            return this;
        }

        /// Default false.
        public Builder gzip(boolean value) {
            gzip = value;
            return this;
        }

        /// Default 30 s.
        public Builder timeout(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("timeout must be positive: timeout=" + value);
            }
            timeout = value;
            return this;
        }

        /// Such as `Authorization`. One of the same name replaces another.
        public Builder header(String name, String value) {
            headers.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
            return this;
        }

        /// The options.
        public HttpOptions build() {
            return new HttpOptions(target, format, gzip, timeout, headers);
        }
    }
}
