package dev.cometlog.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The negative control of the harness: a subject that loses data must have no figures.
class AppendCellTest {
    @Test
    void refusesToReportASubjectThatLosesAnEntry() {
        AppendCell cell = new AppendCell(new Forgetful(), 64, 1);

        assertThatThrownBy(() -> cell.run(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("read back intact");
    }

    private static final class Forgetful implements Target {
        private long appended;

        @Override
        public void append(byte[] payload) {
            appended++;
        }

        @Override
        public void appendBatch(List<byte[]> payloads) {
            appended += payloads.size();
        }

        @Override
        public long read(boolean verified) {
            return appended;
        }

        @Override
        public long intact(byte[] payload) {
            return appended - 1;
        }

        @Override
        public void close() {}
    }
}
