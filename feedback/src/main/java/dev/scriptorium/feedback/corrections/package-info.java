/** The ways in for corrections: one by one, and from files that other tools write. */
package dev.scriptorium.feedback.corrections;
