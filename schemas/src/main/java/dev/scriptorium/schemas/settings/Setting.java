package dev.scriptorium.schemas.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes one component of a configuration record. Without it the component is required, unless Optional or a Map. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** Stands for "no default": annotations cannot say null. */
    String REQUIRED = "\0required";

    /** Default, written as it would be in the file. */
    String value() default REQUIRED;

    /** Smallest number allowed. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest number allowed. */
    double max() default Double.POSITIVE_INFINITY;

    /** One line for people. */
    String doc();
}
