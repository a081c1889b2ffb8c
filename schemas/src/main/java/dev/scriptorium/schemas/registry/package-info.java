/**
 * Serializers in Confluent's wire format and the schema registry behind them, made from Maven Central alone. The
 * configuration keys are Confluent's, so that either implementation can be named in a client's configuration.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Schema Registry API</a>
 */
package dev.scriptorium.schemas.registry;
