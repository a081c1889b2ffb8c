/** The project's own benchmarks: what is measured. The command line runs and prints them. */
package dev.scriptorium.model.bench;
