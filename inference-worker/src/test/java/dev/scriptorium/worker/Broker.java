package dev.scriptorium.worker;

import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A broker and a schema registry in this JVM, started once for all tests that ask for them. */
final class Broker implements Cluster, AutoCloseable {

    static final int SESSION_TIMEOUT_MILLIS = 3_000;

    private final KafkaClusterTestKit kafka;
    private final RegistryServer registry;

    private Broker() throws Exception {
        registry = new RegistryServer();
        kafka = new KafkaClusterTestKit.Builder(new TestKitNodes.Builder()
                        .setCombined(true)
                        .setNumBrokerNodes(1)
                        .setNumControllerNodes(1)
                        .build())
                .setConfigProp("auto.create.topics.enable", "false")
                .setConfigProp("offsets.topic.num.partitions", "1")
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("transaction.state.log.num.partitions", "1")
                .setConfigProp("transaction.state.log.replication.factor", "1")
                .setConfigProp("transaction.state.log.min.isr", "1")
                // A transaction whose process froze holds readers up for its timeout and at most this long after.
                .setConfigProp("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000")
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .setConfigProp("group.min.session.timeout.ms", "1000")
                .setConfigProp("group.consumer.min.session.timeout.ms", "1000")
                .setConfigProp("group.consumer.session.timeout.ms", Integer.toString(SESSION_TIMEOUT_MILLIS))
                .setConfigProp("group.consumer.min.heartbeat.interval.ms", "100")
                .setConfigProp("group.consumer.heartbeat.interval.ms", "500")
                .build();
        kafka.format();
        kafka.startup();
        kafka.waitForReadyBrokers();
    }

    @Override
    public String bootstrap() {
        return kafka.bootstrapServers();
    }

    @Override
    public String registryUrl() {
        return registry.url();
    }

    @Override
    public void close() {
        registry.close();
        Utils.closeQuietly(kafka, "broker");
    }

    /** Gives test constructors the one broker; JUnit closes it after the last test. */
    static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Broker.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Broker.class))
                    .getOrComputeIfAbsent(Broker.class, type -> start(), Broker.class);
        }

        private static Broker start() {
            try {
                return new Broker();
            } catch (Exception e) {
                throw new IllegalStateException("the test's broker does not start", e);
            }
        }
    }
}
