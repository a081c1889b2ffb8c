package dev.scriptorium.schemas;

import org.apache.avro.Conversion;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the classes of this package may be made from records. Since 1.12.2 Avro makes none it was not told
 * about, whoever asks: a deserializer, Confluent's too, or a builder that fills in a default.
 *
 * <p>Avro looks for conversions as services before it makes its first record, so being one of them (for a logical
 * type that no schema has) gets the word in early, without a system property on every command line or a call in every
 * program.
 */
public final class TrustedRecords extends Conversion<Void> {
    private static final String PACKAGE = TrustedRecords.class.getPackageName();

    static {
        ClassSecurityValidator.setGlobal(
                ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), type -> type.getPackageName()
                        .equals(PACKAGE)));
    }

    /** For Avro's service loader. */
    public TrustedRecords() {}

    @Override
    public Class<Void> getConvertedType() {
        return Void.class;
    }

    @Override
    public String getLogicalTypeName() {
        return "scriptorium-trusted-records";
    }
}
