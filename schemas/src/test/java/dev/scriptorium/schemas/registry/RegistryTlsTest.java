package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Samples;
import dev.scriptorium.schemas.SourceOffset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RegistryTlsTest {
    @TempDir
    private static Path folder;

    private static Path serverKeys;
    private static Path serverTrust;
    private static Path serverPem;
    private static Path clientKeys;
    private static Path clientTrust;

    @BeforeAll
    static void makeCertificates() throws Exception {
        Certificates certificates = new Certificates(folder);
        serverKeys = certificates.keystore("server", "ip:127.0.0.1");
        serverPem = certificates.pem(serverKeys, "server");
        serverTrust = certificates.truststore(serverPem, "server");
        clientKeys = certificates.keystore("client", "dns:client");
        clientTrust = certificates.truststore(certificates.pem(clientKeys, "client"), "client");
    }

    private static Map<String, Object> config(RegistryServer server, Map<String, String> ssl) {
        Map<String, Object> config = new HashMap<>(Map.of("schema.registry.url", server.url(), "max.retries", "0"));
        ssl.forEach((key, value) -> config.put("schema.registry.ssl." + key, value));
        return config;
    }

    private static Map<String, String> trusting() {
        return Map.of("truststore.location", serverTrust.toString(), "truststore.password", Certificates.PASSWORD);
    }

    private static Map<String, String> trustingAndShowing() {
        Map<String, String> both = new HashMap<>(trusting());
        both.put("keystore.location", clientKeys.toString());
        both.put("keystore.password", Certificates.PASSWORD);
        both.put("keystore.type", "PKCS12");
        return both;
    }

    @Test
    void trustsWhatTheTrustStoreHolds() throws Exception {
        try (RegistryServer server = RegistryServer.https(Certificates.context(serverKeys, clientTrust), false)) {
            assertThat(SchemaRegistry.open(config(server, trusting())).register("s", SourceOffset.getClassSchema()))
                    .isEqualTo(1);
            assertThat(SchemaRegistry.open(config(
                                    server,
                                    Map.of("truststore.location", serverPem.toString(), "truststore.type", "PEM")))
                            .register("s", SourceOffset.getClassSchema()))
                    .isEqualTo(1);
        }
    }

    @Test
    void trustsNobodyElse() throws Exception {
        try (RegistryServer server = RegistryServer.https(Certificates.context(serverKeys, clientTrust), false)) {
            assertUnavailable(config(server, Map.of()), "PKIX");
            assertUnavailable(
                    config(
                            server,
                            Map.of(
                                    "truststore.location",
                                    clientTrust.toString(),
                                    "truststore.password",
                                    Certificates.PASSWORD)),
                    "PKIX");
        }
    }

    @Test
    void insistsOnTheNameInTheCertificate() throws Exception {
        Certificates certificates = new Certificates(folder);
        Path keys = certificates.keystore("elsewhere", "dns:elsewhere.example");
        Path trust = certificates.truststore(certificates.pem(keys, "elsewhere"), "elsewhere");
        try (RegistryServer server = RegistryServer.https(Certificates.context(keys, trust), false)) {
            assertUnavailable(
                    config(
                            server,
                            Map.of(
                                    "truststore.location",
                                    trust.toString(),
                                    "truststore.password",
                                    Certificates.PASSWORD)),
                    "127.0.0.1");
        }
    }

    @Test
    void showsItsOwnCertificateToARegistryThatAsks() throws Exception {
        try (RegistryServer server = RegistryServer.https(Certificates.context(serverKeys, clientTrust), true)) {
            assertThat(SchemaRegistry.open(config(server, trustingAndShowing()))
                            .register("s", SourceOffset.getClassSchema()))
                    .isEqualTo(1);
            assertUnavailable(config(server, trusting()), "");
        }
    }

    @Test
    void takesTheSameKeysAsConfluent() throws Exception {
        try (RegistryServer server = RegistryServer.https(Certificates.context(serverKeys, clientTrust), true)) {
            server.requireAuthorization("Bearer t0ken");
            Map<String, Object> config = config(server, trustingAndShowing());
            config.put("bearer.auth.credentials.source", "STATIC_TOKEN");
            config.put("bearer.auth.token", "t0ken");
            config.put("specific.avro.reader", "true");
            byte[] theirs = Confluent.serializer(config).serialize("t", Samples.page());
            AvroDeserializer<Object> ours = new AvroDeserializer<>();
            ours.configure(config, false);
            assertThat(ours.deserialize("t", theirs)).isEqualTo(Samples.page());
        }
    }

    @Test
    void namesAStoreItCannotOpenButNotThePassword() throws Exception {
        try (RegistryServer server = RegistryServer.http()) {
            assertThatThrownBy(() -> SchemaRegistry.open(config(
                            server,
                            Map.of("truststore.location", serverTrust.toString(), "truststore.password", "wr0ng"))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContainingAll("truststore.location", serverTrust.toString())
                    .hasMessageNotContaining("wr0ng");
        }
    }

    private static void assertUnavailable(Map<String, Object> config, String inMessage) {
        SchemaRegistry registry = SchemaRegistry.open(config);
        assertThatThrownBy(() -> registry.register("s", SourceOffset.getClassSchema()))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE))
                .hasMessageContaining(inMessage);
    }
}
