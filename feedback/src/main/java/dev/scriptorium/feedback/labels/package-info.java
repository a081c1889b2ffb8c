/** Corrections and recognitions to labels: a Kafka Streams topology and its parts. */
package dev.scriptorium.feedback.labels;
