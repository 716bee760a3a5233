package dev.cometlog.cli;

import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import java.util.Iterator;

/// Prints deliveries. They are acknowledged once the operating system has taken what was printed.
final class PrintedDelivery implements DeliveryTarget {
    private final EntryPrinter printer;
    private final Output output;

    PrintedDelivery(EntryPrinter printer, Output output) {
        this.printer = printer;
        this.output = output;
    }

    @Override
    public void take(Delivery delivery, int count) {
        print(delivery, count, printer);
        output.flush();
    }

    static void print(Delivery delivery, int count, EntryPrinter to) {
        Iterator<Entry> entries = delivery.iterator();
        for (int i = 0; i < count; i++) {
            Entry entry = entries.next();
            to.print(new StoredEntry(delivery.shard(), entry.id().offset(), entry.timestampMicros(), entry.bytes()));
        }
    }
}
