/** Benchmarks that draw what they measure. The command line runs and prints them. */
package dev.scriptorium.trainer.bench;
