package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertiesTextTest {
    private static final Map<String, String> PROPERTIES =
            Map.of("shards", "16", "maxAge", "PT4H", "empty", "", "a", "=");

    @Test
    void propertiesReadAsWhatWasWrittenSortedByKey() {
        byte[] text = PropertiesText.encode(PROPERTIES);

        assertThat(new String(text, StandardCharsets.UTF_8)).startsWith("a==\nempty=\nmaxAge=PT4H\nshards=16\ncrc32c=");
        assertThat(PropertiesText.decode(text))
                .hasValueSatisfying(found -> assertThat(found).isEqualTo(PROPERTIES));
    }

    @Test
    void noByteCanChangeOrBeMissingUnnoticed() {
        byte[] text = PropertiesText.encode(PROPERTIES);
        for (int at = 0; at < text.length; at++) {
            byte[] damaged = text.clone();
            damaged[at] ^= 4;
            assertThat(PropertiesText.decode(damaged)).as("byte %d", at).isEmpty();
            assertThat(PropertiesText.decode(Arrays.copyOf(text, at)))
                    .as("cut at %d", at)
                    .isEmpty();
        }
    }

    @Test
    void aLineBreakInAValueIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PropertiesText.encode(Map.of("a", "b\nc=d")));
    }
}
