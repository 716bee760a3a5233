package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"events:v1", "a", ".hidden", "100%", "größe", "日本", "🚀", "a b", "A", "x.y-z_0"})
    void everyNameIsDecodedFromItsFileName(String name) {
        String encoded = StreamName.encode(StreamName.checkStream(name));

        assertThat(encoded).matches("[A-Za-z0-9_%-][A-Za-z0-9._%-]*");
        assertThat(StreamName.decode(encoded)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a..b", "a\nb", "\ud800", "events:shard:0001"})
    void whatCannotNameAStreamIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> StreamName.checkStream(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "%4", "%zz", "%61", "a:b", "%FF", "ü", "%3a"})
    void whatNoNameIsEncodedAsIsRefused(String encoded) {
        assertThatIllegalArgumentException().isThrownBy(() -> StreamName.decode(encoded));
    }

    @Test
    void aNameOfMoreThan200EncodedBytesIsRefusedAndTheMessageSaysHowMany() {
        assertThat(StreamName.check("stream", "x".repeat(200))).hasSize(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamName.check("stream", "x".repeat(201)))
                .withMessageContaining("it has 201");
    }

    @Test
    void aShardsFullNameHasFourDigitsOrMore() {
        assertThat(StreamName.ofShard("events:v1", 7)).isEqualTo("events:v1:shard:0007");
        assertThat(StreamName.ofShard("events:v1", 12_345)).isEqualTo("events:v1:shard:12345");
    }
}
