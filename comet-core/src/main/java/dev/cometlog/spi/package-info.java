/// What an extension implements, found through the `ServiceLoader`: codecs for the payloads of segments.
@NullMarked
package dev.cometlog.spi;

import org.jspecify.annotations.NullMarked;
