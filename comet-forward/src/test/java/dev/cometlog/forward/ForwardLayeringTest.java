package dev.cometlog.forward;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.cometlog.internal.log.Logs;
import org.junit.jupiter.api.Test;

class ForwardLayeringTest {
    private static final ArchRule PUBLIC_ONLY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.cometlog.internal..")
            .because("forwarding needs no more than every user of the library has");

    @Test
    void forwardingUsesTheLogsPublicApiAlone() {
        JavaClasses ours = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.cometlog.forward");
        PUBLIC_ONLY.check(ours);
    }

    @Test
    void theRuleNoticesWhatBreaksIt() {
        JavaClasses breaking = new ClassFileImporter().importClasses(ReachesInside.class);
        assertThatThrownBy(() -> PUBLIC_ONLY.check(breaking)).isInstanceOf(AssertionError.class);
    }

    static final class ReachesInside {
        String name() {
            return Logs.class.getName();
        }
    }
}
