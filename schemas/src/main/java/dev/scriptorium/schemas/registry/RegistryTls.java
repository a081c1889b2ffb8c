package dev.scriptorium.schemas.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;

/**
 * TLS to the registry as {@code schema.registry.ssl.*} describes it: a trust store (JKS, PKCS12 or PEM certificates)
 * and, for a registry that wants to know its clients, a key store (JKS or PKCS12).
 */
final class RegistryTls {
    private RegistryTls() {}

    /** Only prefixed keys count: plain {@code ssl.*} is the Kafka client's own. */
    private static Optional<String> text(Map<String, ?> config, String key) {
        return config.containsKey("schema.registry." + key) ? RegistryConfig.text(config, key) : Optional.empty();
    }

    /** Empty if no key says anything about TLS. */
    static Optional<SSLContext> context(Map<String, ?> config) {
        if (config.containsKey("schema.registry.ssl.endpoint.identification.algorithm")
                && !text(config, "ssl.endpoint.identification.algorithm")
                        .orElse("")
                        .equalsIgnoreCase("https")) {
            throw new ConfigException(
                    "schema.registry.ssl.endpoint.identification.algorithm",
                    text(config, "ssl.endpoint.identification.algorithm").orElse(""),
                    "https expected: a registry whose name is not in its certificate is not asked");
        }
        Optional<String> truststore = text(config, "ssl.truststore.location");
        Optional<String> keystore = text(config, "ssl.keystore.location");
        if (truststore.isEmpty() && keystore.isEmpty()) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keystore.isPresent() ? keyManagers(config, keystore.get()) : null,
                    truststore.isPresent() ? trustManagers(config, truststore.get()) : null,
                    null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new ConfigException("schema.registry.ssl: " + e.getMessage());
        }
    }

    private static TrustManager[] trustManagers(Map<String, ?> config, String location)
            throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(load(config, "ssl.truststore", location));
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(Map<String, ?> config, String location) throws GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        Optional<char[]> password = text(config, "ssl.key.password")
                .or(() -> text(config, "ssl.keystore.password"))
                .map(String::toCharArray);
        factory.init(load(config, "ssl.keystore", location), password.orElse(null));
        return factory.getKeyManagers();
    }

    private static KeyStore load(Map<String, ?> config, String store, String location) throws GeneralSecurityException {
        String type = text(config, store + ".type").orElse("JKS");
        try (InputStream in = Files.newInputStream(Path.of(location))) {
            if (type.equals("PEM") && store.equals("ssl.truststore")) {
                return certificates(in);
            }
            // Since Java 9 "JKS" reads PKCS12 files too.
            KeyStore loaded = KeyStore.getInstance(type);
            loaded.load(
                    in,
                    text(config, store + ".password").map(String::toCharArray).orElse(null));
            return loaded;
        } catch (IOException e) {
            throw new ConfigException(
                    "schema.registry." + store + ".location",
                    location,
                    "a readable " + type + " file and its password expected, " + e);
        }
    }

    private static KeyStore certificates(InputStream pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
            store.setCertificateEntry(Integer.toString(store.size()), certificate);
        }
        return store;
    }
}
