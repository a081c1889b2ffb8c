package dev.scriptorium.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the classes of this package may be made from records. Since 1.12.2 Avro makes none it was not told
 * about, whoever's deserializer asks; the alternative is a system property on every command line.
 */
public final class TrustedRecords {
    private static final String PREFIX = TrustedRecords.class.getPackageName() + ".";

    private TrustedRecords() {}

    /** Adds this package to what Avro trusts already; calling it again changes nothing. */
    public static synchronized void install() {
        if (!ClassSecurityValidator.getGlobal().isTrusted(PageImage.class)) {
            ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                    ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(PREFIX)));
        }
    }
}
