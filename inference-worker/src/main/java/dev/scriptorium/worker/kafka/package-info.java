/** The Kafka side of the worker: which offsets are done, and results and offsets in one transaction. */
package dev.scriptorium.worker.kafka;
