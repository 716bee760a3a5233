package dev.cometlog.cli;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/// Writes records of the library as JSON: each component under its name, a duration as a number of seconds whose
/// name ends in `Seconds`, an instant as text, what is absent left out.
final class RecordJson {
    static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private static final double NANOS_PER_SECOND = 1e9;

    private final JsonGenerator json;

    RecordJson(JsonGenerator json) {
        this.json = json;
    }

    /// Prints a record, or a list of records, as all that a command prints.
    static void print(Output output, Object value) {
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), output)) {
            new RecordJson(json).value(value);
        }
        output.write('\n');
    }

    /// Writes a record as an object.
    private void object(Record value) {
        json.writeStartObject();
        properties(value);
        json.writeEndObject();
    }

    /// Writes the components of a record into the object that is open.
    void properties(Record value) {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            property(component.getName(), read(value, component));
        }
    }

    private static Object read(Record value, RecordComponent component) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(value.getClass() + "." + component.getName() + " is public and only reads", e);
        }
    }

    void property(String name, Object value) {
        switch (value) {
            case Optional<?> optional -> optional.ifPresent(present -> property(name, present));
            case OptionalInt optional -> optional.ifPresent(present -> json.writeNumberProperty(name, present));
            case OptionalLong optional -> optional.ifPresent(present -> json.writeNumberProperty(name, present));
            case Duration duration -> json.writeNumberProperty(name + "Seconds", duration.toNanos() / NANOS_PER_SECOND);
            default -> {
                json.writeName(name);
                value(value);
            }
        }
    }

    private void value(Object value) {
        switch (value) {
            case Record record -> object(record);
            case List<?> list -> {
                json.writeStartArray();
                list.forEach(this::value);
                json.writeEndArray();
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case String text -> json.writeString(text);
            case Instant instant -> json.writeString(instant.toString());
            case Path path -> json.writeString(path.toString());
            case Enum<?> constant -> json.writeString(constant.name());
            default -> throw new AssertionError("no form for " + value.getClass());
        }
    }
}
