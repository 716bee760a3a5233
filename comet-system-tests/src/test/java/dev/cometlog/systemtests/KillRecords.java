package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the processes of one run note what they did.
record KillRecords(Path directory) {
    static KillRecords create(Path directory) throws IOException {
        KillRecords records = new KillRecords(Files.createDirectory(directory));
        Files.createDirectory(records.acks());
        Files.createDirectory(records.journals());
        Files.createDirectory(records.locks());
        return records;
    }

    Path acks() {
        return directory.resolve("acks");
    }

    Path journals() {
        return directory.resolve("journals");
    }

    Path journal(int number) {
        return journals().resolve("journal-" + number);
    }

    Path locks() {
        return directory.resolve("locks");
    }
}
