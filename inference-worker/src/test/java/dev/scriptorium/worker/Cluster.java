package dev.scriptorium.worker;

/** Where a test's broker and schema registry are. */
interface Cluster {
    /** Addresses of Kafka. */
    String bootstrap();

    /** Address of the schema registry. */
    String registryUrl();
}
