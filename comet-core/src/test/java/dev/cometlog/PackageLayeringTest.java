package dev.cometlog;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Arrows between packages point one way only; ARCHITECTURE.md draws them.
class PackageLayeringTest {

    private static final String INTERNAL = "dev.cometlog.internal.";

    /// Lowest first. Each may use those named beside it, the JDK, the SPI and the public values.
    private static final List<Layer> LAYERS = List.of(
            new Layer("format", List.of()),
            new Layer("storage", List.of()),
            new Layer("process", List.of("format", "storage")),
            new Layer("log", List.of("format", "storage", "process")),
            new Layer("consumer", List.of("format", "storage", "process", "log")));

    private static final Set<String> FILE_TYPES = Set.of(
            "java.io.File",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.RandomAccessFile",
            "java.nio.channels.AsynchronousFileChannel",
            "java.nio.channels.FileChannel",
            "java.nio.channels.FileLock",
            "java.nio.file.Files");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.cometlog");

    @Test
    void packagesDependOnlyOnThoseBelowThem() {
        for (ArchRule rule : layering()) {
            rule.check(CLASSES);
        }
    }

    @Test
    void onlyStorageTouchesFiles() {
        onlyStorageUsesFileTypes().check(CLASSES);
    }

    @Test
    void theRulesSeeEveryPackage() {
        assertThat(CLASSES)
                .extracting(JavaClass::getPackageName)
                .contains("dev.cometlog", "dev.cometlog.spi")
                .contains(LAYERS.stream().map(layer -> INTERNAL + layer.name()).toArray(String[]::new));
    }

    @Test
    void aWrongArrowOrAStrayFileAccessIsFound() {
        assertThatThrownBy(() -> check(TouchesFiles.class, onlyStorageUsesFileTypes()))
                .hasMessageContaining("TouchesFiles");
        assertThatThrownBy(() -> check(TouchesChannels.class, onlyStorageUsesFileTypes()))
                .hasMessageContaining("TouchesChannels");
        for (Layer layer : LAYERS) {
            // The class under test lies outside every layer, so the rule is turned to look at its package.
            ArchRule rule = layerRule(resideInAPackage("dev.cometlog"), layer);
            assertThatThrownBy(() -> check(UsesBehaviour.class, rule)).hasMessageContaining("UsesBehaviour");
            assertThatCode(() -> check(UsesValues.class, rule)).doesNotThrowAnyException();
        }
    }

    private static void check(Class<?> type, ArchRule rule) {
        rule.check(new ClassFileImporter().importClasses(type));
    }

    private static List<ArchRule> layering() {
        List<ArchRule> rules = new ArrayList<>();
        for (Layer layer : LAYERS) {
            rules.add(layerRule(resideInAPackage(INTERNAL + layer.name() + ".."), layer));
        }
        rules.add(classes()
                .that(resideInAPackage("dev.cometlog.spi.."))
                .should()
                .onlyDependOnClassesThat(jdk().or(annotations())
                        .or(resideInAPackage("dev.cometlog.spi.."))
                        .or(publicValues()))
                .allowEmptyShould(true)
                .because("an extension must not drag the log in"));
        return rules;
    }

    private static ArchRule layerRule(DescribedPredicate<JavaClass> those, Layer layer) {
        String[] allowed = Stream.concat(Stream.of(layer.name()), layer.mayUse().stream())
                .map(name -> INTERNAL + name + "..")
                .toArray(String[]::new);
        return classes()
                .that(those)
                .should()
                .onlyDependOnClassesThat(jdk().or(annotations())
                        .or(JavaClass.Predicates.resideInAnyPackage(allowed))
                        .or(resideInAPackage("dev.cometlog.spi.."))
                        .or(publicValues()))
                .because(layer.name() + " may use " + layer.mayUse() + " and the public values");
    }

    private static ArchRule onlyStorageUsesFileTypes() {
        return noClasses()
                .that(DescribedPredicate.not(resideInAPackage(INTERNAL + "storage..")))
                .should()
                .dependOnClassesThat(describe("open files", type -> FILE_TYPES.contains(outermost(type))))
                .because("storage is the one seam through which tests inject faults");
    }

    private static DescribedPredicate<JavaClass> jdk() {
        return resideInAPackage("java..").or(resideInAPackage("jdk..")).or(describe("primitive", type -> {
            JavaClass base = type.getBaseComponentType();
            return base.isPrimitive() || base.getPackageName().startsWith("java.");
        }));
    }

    private static DescribedPredicate<JavaClass> annotations() {
        return resideInAPackage("org.jspecify.annotations");
    }

    /// What has no behaviour to call back into: records, enums, exceptions, annotations and interfaces.
    private static DescribedPredicate<JavaClass> publicValues() {
        return describe("public values", type -> {
            JavaClass base = type.getBaseComponentType();
            return base.getPackageName().equals("dev.cometlog")
                    && (base.isRecord()
                            || base.isEnum()
                            || base.isInterface()
                            || base.isAnnotation()
                            || base.isAssignableTo(Throwable.class));
        });
    }

    private static String outermost(JavaClass type) {
        String name = type.getBaseComponentType().getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    private record Layer(String name, List<String> mayUse) {}

    /// Negative controls: each breaks one rule.
    static final class TouchesFiles {
        boolean exists(java.nio.file.Path path) {
            return Files.exists(path);
        }
    }

    static final class TouchesChannels {
        FileChannel.MapMode mode() {
            return FileChannel.MapMode.READ_ONLY;
        }
    }

    static final class UsesBehaviour {
        Behaviour[] calls() {
            return new Behaviour[] {new Behaviour()};
        }
    }

    static final class Behaviour {}

    /// The positive control: values, arrays and the JDK are for everybody.
    static final class UsesValues {
        EntryId[] ids(byte[] bytes) {
            return new EntryId[] {new EntryId("events:v1", bytes.length, 0)};
        }
    }
}
