/** Measures what the way through Kafka costs, without a model. */
package dev.scriptorium.worker.bench;
