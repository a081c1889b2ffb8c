package dev.scriptorium.standalone;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * Who may know whom. Maven keeps a module from seeing a module it does not name; these rules keep the libraries apart
 * too, and would catch a dependency line added without thought. They live here because only this module sees all.
 */
@AnalyzeClasses(packages = "dev.scriptorium", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {
    private static final String KAFKA = "org.apache.kafka..";
    private static final String DJL = "ai.djl..";
    private static final String DJL_JNI = "ai.djl.pytorch.jni..";

    @ArchTest
    static final ArchRule schemasKnowsNobody = module("schemas").should().dependOnClassesThat(ours("schemas"));

    @ArchTest
    static final ArchRule modelKnowsNobody = module("model").should().dependOnClassesThat(ours("model"));

    @ArchTest
    static final ArchRule documentsKnowsOnlySchemas =
            module("documents").should().dependOnClassesThat(ours("documents", "schemas"));

    @ArchTest
    static final ArchRule ingestKnowsSchemasAndDocuments =
            module("ingest").should().dependOnClassesThat(ours("ingest", "schemas", "documents"));

    @ArchTest
    static final ArchRule feedbackKnowsOnlySchemas =
            module("feedback").should().dependOnClassesThat(ours("feedback", "schemas"));

    @ArchTest
    static final ArchRule workerKnowsSchemasAndModel =
            module("worker").should().dependOnClassesThat(ours("worker", "schemas", "model"));

    @ArchTest
    static final ArchRule trainerKnowsSchemasAndModel =
            module("trainer").should().dependOnClassesThat(ours("trainer", "schemas", "model"));

    @ArchTest
    static final ArchRule theModelDoesNotSpeakKafka =
            module("model").should().dependOnClassesThat().resideInAPackage(KAFKA);

    @ArchTest
    static final ArchRule onlyTheModelAndItsUsersMaySeeDjl = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.scriptorium.model..",
                    "dev.scriptorium.worker..",
                    "dev.scriptorium.trainer..",
                    "dev.scriptorium.standalone..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DJL);

    @ArchTest
    static final ArchRule theSchedulerAndTheOffsetTrackerAreFreeOfDjl = noClasses()
            .that()
            .haveSimpleName("Scheduler")
            .or()
            .haveSimpleName("OffsetTracker")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DJL);

    @ArchTest
    static final ArchRule onlyOnePackageKnocksAtTheJniDoor = noClasses()
            .that()
            .resideOutsideOfPackages("dev.scriptorium.model.script..", DJL_JNI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DJL_JNI);

    private static GivenClassesConjunction module(String name) {
        return noClasses().that().resideInAPackage("dev.scriptorium." + name + "..");
    }

    /** Our own classes outside the named modules. */
    private static DescribedPredicate<JavaClass> ours(String... allowed) {
        String[] packages = new String[allowed.length];
        for (int i = 0; i < allowed.length; i++) {
            packages[i] = "dev.scriptorium." + allowed[i] + "..";
        }
        return resideInAnyPackage("dev.scriptorium..")
                .and(DescribedPredicate.not(resideInAnyPackage(packages)))
                .as("are of another module than " + String.join(", ", allowed));
    }
}
