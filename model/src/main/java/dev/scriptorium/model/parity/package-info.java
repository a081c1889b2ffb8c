/** Proves a build against goldens: numbers that the reference implementation computed. */
package dev.scriptorium.model.parity;
