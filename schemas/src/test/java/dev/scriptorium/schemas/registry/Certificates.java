package dev.scriptorium.schemas.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Self-signed keys made by the JDK's own keytool. */
final class Certificates {
    static final String PASSWORD = "certificate-secret";

    private final Path folder;

    Certificates(Path folder) {
        this.folder = folder;
    }

    /** A PKCS12 key store for a name or address, such as {@code ip:127.0.0.1}. */
    Path keystore(String name, String alternativeName) throws IOException, InterruptedException {
        Path store = folder.resolve(name + ".p12");
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + alternativeName,
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString());
        return store;
    }

    /** The certificate of a key store as PEM text. */
    Path pem(Path keystore, String name) throws IOException, InterruptedException {
        Path pem = folder.resolve(name + ".pem");
        keytool("-exportcert", "-rfc", "-alias", name, "-file", pem.toString(), "-keystore", keystore.toString());
        return pem;
    }

    /** A PKCS12 trust store that holds one certificate. */
    Path truststore(Path pem, String name) throws IOException, InterruptedException {
        Path store = folder.resolve(name + "-trust.p12");
        keytool(
                "-importcert",
                "-noprompt",
                "-alias",
                name,
                "-file",
                pem.toString(),
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString());
        return store;
    }

    static SSLContext context(Path keystore, Path truststore) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(keystore), PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load(truststore));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore load(Path path) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(path)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
    }
}
