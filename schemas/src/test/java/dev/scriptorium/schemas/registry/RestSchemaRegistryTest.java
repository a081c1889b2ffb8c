package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RestSchemaRegistryTest {
    private static final Schema SCHEMA = SourceOffset.getClassSchema();

    private RegistryServer server;

    @BeforeEach
    void start() throws IOException {
        server = RegistryServer.http();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SchemaRegistry open(String... keysAndValues) {
        return openAt(server.url(), keysAndValues);
    }

    private static SchemaRegistry openAt(String url, String... keysAndValues) {
        Map<String, Object> config = new HashMap<>(Map.of("schema.registry.url", url, "retries.wait.ms", "1"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return SchemaRegistry.open(config);
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call, String... inMessage) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContainingAll(inMessage);
    }

    @Test
    void registersLooksUpAndFetches() {
        int id = open().register("a/b c-value", SCHEMA);
        assertThat(open().register("a/b c-value", SCHEMA)).isEqualTo(id);
        assertThat(open().lookup("a/b c-value", SCHEMA)).isEqualTo(id);
        assertThat(open().schema(id)).isEqualTo(SCHEMA);
        assertThat(open().latest("a/b c-value")).isEqualTo(new SchemaRegistry.Latest(id, 1, SCHEMA));
    }

    @Test
    void asksOnceForWhatCannotChange() {
        SchemaRegistry registry = open();
        for (int i = 0; i < 3; i++) {
            registry.schema(registry.register("s", SCHEMA));
        }
        assertThat(server.requests()).containsExactly("POST /subjects/s/versions", "GET /schemas/ids/1");
    }

    @Test
    void saysWhatMakesASchemaIncompatible() {
        SchemaRegistry registry = open();
        assertThat(registry.compatibility("s", SCHEMA).compatible()).isTrue();
        registry.register("s", SCHEMA);
        Schema other = SchemaBuilder.record("SourceOffset")
                .namespace("dev.scriptorium.schemas")
                .fields()
                .requiredString("added")
                .endRecord();
        SchemaRegistry.Compatibility verdict = registry.compatibility("s", other);
        assertThat(verdict.compatible()).isFalse();
        assertThat(verdict.messages()).singleElement().asString().contains("added");
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> registry.register("s", other), "subject s", "409", "added");
    }

    @Test
    void tellsAnUnknownIdFromAWrongAddress() {
        assertFails(ErrorCode.UNKNOWN_SCHEMA, () -> open().schema(999), "schema id 999");
        assertFails(ErrorCode.UNKNOWN_SCHEMA, () -> open().schema(-1), "schema id -1");
        assertFails(
                ErrorCode.REGISTRY_REFUSED,
                () -> openAt(server.url() + "/no/such/path").schema(999),
                "schema id 999",
                "404");
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().latest("nobody-value"), "nobody-value", "40401");
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().lookup("nobody-value", SCHEMA), "nobody-value", "40401");
    }

    @Test
    void fetchesWhatASchemaRefersTo() {
        server.answer("GET /schemas/ids/7", 200, """
                {"schema": "{\\"type\\":\\"record\\",\\"name\\":\\"x.Outer\\",\\"fields\\":[{\\"name\\":\\"a\\",\\"type\\":\\"x.Middle\\"},{\\"name\\":\\"b\\",\\"type\\":\\"x.Inner\\"}]}",
                 "references": [{"name": "x.Middle", "subject": "middle", "version": 2},
                                {"name": "x.Inner", "subject": "inner", "version": 1}]}""");
        server.answer("GET /subjects/middle/versions/2", 200, """
                {"schema": "{\\"type\\":\\"record\\",\\"name\\":\\"x.Middle\\",\\"fields\\":[{\\"name\\":\\"i\\",\\"type\\":\\"x.Inner\\"}]}",
                 "references": [{"name": "x.Inner", "subject": "inner", "version": 1}]}""");
        server.answer("GET /subjects/inner/versions/1", 200, """
                {"schema": "{\\"type\\":\\"enum\\",\\"name\\":\\"x.Inner\\",\\"symbols\\":[\\"A\\"]}"}""");
        Schema outer = open().schema(7);
        assertThat(outer.getField("a").schema().getField("i").schema())
                .isEqualTo(outer.getField("b").schema())
                .isEqualTo(Schema.createEnum("x.Inner", null, null, List.of("A")));
    }

    @Test
    void refusesSchemasThatAreNotAvro() {
        server.answer("GET /schemas/ids/7", 200, "{\"schemaType\": \"PROTOBUF\", \"schema\": \"syntax\"}");
        assertFails(ErrorCode.UNKNOWN_SCHEMA, () -> open().schema(7), "schema id 7", "PROTOBUF");
        server.answer("GET /schemas/ids/8", 200, "{\"schema\": \"{]\"}");
        assertFails(ErrorCode.UNKNOWN_SCHEMA, () -> open().schema(8), "schema id 8");
        server.answer("GET /schemas/ids/9", 200, "<html>hello</html>");
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().schema(9), "schema id 9", "JSON");
    }

    @Test
    void sendsNameAndPasswordFromTheAddressOrTheKeys() {
        server.requireAuthorization(
                "Basic " + Base64.getEncoder().encodeToString("zoë:s3cret".getBytes(StandardCharsets.UTF_8)));
        assertThat(openAt(server.urlWithUserInfo("zo%C3%AB:s3cret")).register("s", SCHEMA))
                .isEqualTo(1);
        assertThat(open("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "zoë:s3cret")
                        .register("s", SCHEMA))
                .isEqualTo(1);
        assertThat(open("schema.registry.basic.auth.user.info", "zoë:s3cret").register("s", SCHEMA))
                .isEqualTo(1);
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().register("s", SCHEMA), "subject s", "401");
    }

    @Test
    void sendsABearerToken() {
        server.requireAuthorization("Bearer t0ken");
        assertThat(open("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "t0ken")
                        .register("s", SCHEMA))
                .isEqualTo(1);
        assertThat(SchemaRegistry.open(Map.of(
                                "schema.registry.url",
                                List.of(server.url()),
                                "bearer.auth.token",
                                new Password("t0ken")))
                        .register("s", SCHEMA))
                .isEqualTo(1);
        assertFails(
                ErrorCode.REGISTRY_REFUSED,
                () -> open("bearer.auth.token", "stale").register("s", SCHEMA),
                "subject s",
                "401");
    }

    @Test
    void keepsCredentialsOutOfMessages() throws IOException {
        String gone = goneServer().replace("http://", "http://zoe:s3cret@");
        assertThatThrownBy(() -> openAt(gone, "max.retries", "0").schema(1)).hasMessageNotContaining("s3cret");
        server.fail(400);
        assertThatThrownBy(() -> openAt(server.urlWithUserInfo("zoe:s3cret")).schema(1))
                .hasMessageContaining("400")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> openAt("ftp://zoe:s3cret@host")).hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> openAt("http://zoe:s3cret@ho st")).hasMessageNotContaining("s3cret");
    }

    @Test
    void goesOnWithTheNextAddressAndStaysThere() throws IOException {
        try (RegistryServer ill = RegistryServer.http()) {
            ill.fail(503);
            SchemaRegistry registry = openAt(String.join(",", goneServer(), ill.url(), server.url()));
            assertThat(registry.register("s", SCHEMA)).isEqualTo(1);
            assertThat(registry.register("t", SCHEMA)).isEqualTo(1);
            assertThat(ill.requests()).hasSize(1);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void comesBackWhenTheRegistryDoes() {
        server.fail(500);
        assertFails(
                ErrorCode.REGISTRY_UNAVAILABLE,
                () -> open("max.retries", "2").register("s", SCHEMA),
                "subject s",
                "dev.scriptorium.schemas.SourceOffset",
                server.url(),
                "500");
        assertThat(server.requests()).hasSize(3);
        server.fail(0);
        assertThat(open().register("s", SCHEMA)).isEqualTo(1);
    }

    @Test
    void doesNotFollowARedirectWithItsCredentials() throws IOException {
        try (RegistryServer elsewhere = RegistryServer.http()) {
            server.fail(302);
            assertFails(
                    ErrorCode.REGISTRY_REFUSED,
                    () -> open("bearer.auth.token", "t0ken").schema(1),
                    "302");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void refusesConfigurationItCannotHonour() {
        assertThatThrownBy(() -> SchemaRegistry.open(Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("schema.registry.url");
        for (String[] wrong : new String[][] {
            {"basic.auth.credentials.source", "SASL_INHERIT"},
            {"basic.auth.credentials.source", "USER_INFO"},
            {"bearer.auth.credentials.source", "OAUTHBEARER"},
            {"bearer.auth.credentials.source", "STATIC_TOKEN"},
            {"max.retries", "many"},
            {"http.read.timeout.ms", "-1"},
            {"schema.registry.ssl.truststore.location", "/no/such/file"},
            {"schema.registry.ssl.endpoint.identification.algorithm", ""},
        }) {
            assertThatThrownBy(() -> open(wrong)).as(wrong[0]).isInstanceOf(ConfigException.class);
        }
        assertThatThrownBy(() -> openAt("mock://a,http://b")).isInstanceOf(ConfigException.class);
        assertThatCode(() -> openAt("mock://a")).doesNotThrowAnyException();
    }

    @Test
    void sharesAMockScopeInThisJvm() {
        int id = openAt("mock://shared-scope").register("s", BlobRef.getClassSchema());
        assertThat(openAt("mock://shared-scope").schema(id)).isEqualTo(BlobRef.getClassSchema());
        assertFails(
                ErrorCode.UNKNOWN_SCHEMA, () -> openAt("mock://another-scope").schema(id), "schema id");
        MockSchemaRegistry.drop("shared-scope");
        assertFails(
                ErrorCode.UNKNOWN_SCHEMA, () -> openAt("mock://shared-scope").schema(id), "schema id");
    }

    /** The address of a server that was here a moment ago. */
    private static String goneServer() throws IOException {
        try (RegistryServer gone = RegistryServer.http()) {
            return gone.url();
        }
    }
}
