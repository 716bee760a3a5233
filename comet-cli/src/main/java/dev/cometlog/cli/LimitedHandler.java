package dev.cometlog.cli;

import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.EntryId;
import dev.cometlog.Handler;
import dev.cometlog.StopProcessing;
import java.util.Iterator;

/// Hands deliveries on until there were so many entries, or nobody reads the output any more. Used by one thread.
final class LimitedHandler implements Handler {
    private final DeliveryTarget target;
    private long left;

    LimitedHandler(DeliveryTarget target, long limit) {
        this.target = target;
        this.left = limit;
    }

    @Override
    public void handle(Delivery delivery) throws Exception {
        int count = (int) Math.min(left, delivery.size());
        try {
            target.take(delivery, count);
        } catch (Output.ClosedPipe e) {
            throw StopProcessing.before(idAt(delivery, 0));
        }
        left -= count;
        if (left == 0) {
            throw count == delivery.size() ? new StopProcessing() : StopProcessing.before(idAt(delivery, count));
        }
    }

    private static EntryId idAt(Delivery delivery, int index) {
        Iterator<Entry> entries = delivery.iterator();
        for (int i = 0; i < index; i++) {
            Entry _ = entries.next();
        }
        return entries.next().id();
    }
}
