package dev.scriptorium.schemas;

import org.apache.avro.Conversion;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TrustedRecordsTest {
    @Test
    void makesRecordsFromDefaultsWithoutAnyPreparation() throws Exception {
        // In a process of its own: in this one, another test may have prepared Avro already.
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unprepared.class.getName())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    /** What a test or a program does first: build a record whose defaults are records. */
    static final class Unprepared {
        private Unprepared() {}

        public static void main(String[] args) {
            if (!Samples.labeled().getRegions().isEmpty()) {
                throw new AssertionError("no regions expected");
            }
        }
    }

    @Test
    void trustsThisPackageAndNothingElse() {
        assertThat(Samples.page()).isNotNull();
        ClassSecurityValidator.validate(PageImage.class);
        ClassSecurityValidator.validate(Verdict.class);
        assertThatThrownBy(() -> ClassSecurityValidator.validate(ProcessBuilder.class))
                .isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> ClassSecurityValidator.validate(Conversion.class))
                .isInstanceOf(SecurityException.class);
    }
}
