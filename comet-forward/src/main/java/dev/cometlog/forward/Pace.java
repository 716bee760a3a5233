package dev.cometlog.forward;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Time and waiting: the seam through which tests let it pass.
interface Pace {
    Pace SYSTEM = new Pace() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long epochMicros() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    };

    long nanoTime();

    long epochMicros();

    void pause(Duration time) throws InterruptedException;
}
