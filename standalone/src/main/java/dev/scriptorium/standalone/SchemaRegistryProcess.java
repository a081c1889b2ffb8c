package dev.scriptorium.standalone;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Apicurio Registry as a process of its own, on loopback, with its data in a file. The first start has Maven fetch the
 * program from its repository; later ones find it in the cache.
 *
 * <p>The process ends with {@link #close} or with this JVM, whichever comes first.
 */
final class SchemaRegistryProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryProcess.class);
    private static final String VERSION = "2.6.13.Final";
    private static final String ARTIFACT = "io.apicurio:apicurio-registry-app:" + VERSION + ":tar.gz:all";
    private static final String JAR_NAME = "apicurio-registry-app-" + VERSION + "-runner.jar";
    private static final String UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:unpack";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Process process;
    private final Thread onExit;
    private final String url;

    private SchemaRegistryProcess(Process process, String url) {
        this.process = process;
        this.url = url;
        onExit = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param data where schemas are kept; made if it is not there
     * @param port to listen on
     * @param say told what takes time
     * @throws IOException if it cannot be fetched or does not start; the message says what to do
     */
    static SchemaRegistryProcess start(Path data, int port, Consumer<String> say)
            throws IOException, InterruptedException {
        Files.createDirectories(data);
        Path pid = data.resolve("registry.pid");
        endLeftOver(pid);
        checkPortIsFree(port);
        Path log = data.resolve("registry.log");
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx400m",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + freePort(),
                        "-Dregistry.rules.global.compatibility=BACKWARD",
                        "-jar",
                        program(say).toString())
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // Records carry schema ids, so those must mean the same after the next start.
        command.environment()
                .put(
                        "REGISTRY_DATASOURCE_URL",
                        "jdbc:h2:file:" + data.toAbsolutePath().resolve("schemas"));
        Process process = command.start();
        Files.writeString(pid, Long.toString(process.pid()));
        return new SchemaRegistryProcess(process, url(port)).awaitAnswer(log);
    }

    /** Where a registry on that port speaks Confluent's protocol. */
    static String url(int port) {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    /** A JVM that was killed outright leaves its registry behind, which holds port and data. */
    private static void endLeftOver(Path pid) throws IOException {
        if (!Files.exists(pid)) {
            return;
        }
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .filter(process -> process.info().commandLine().orElse("").contains(JAR_NAME))
                .ifPresent(process -> {
                    process.destroy();
                    process.onExit()
                            .completeOnTimeout(process, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                            .join();
                });
    }

    private static void checkPortIsFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (BindException e) {
            throw new IOException("schema registry 127.0.0.1:" + port + ": a free port expected, found it in use", e);
        }
    }

    private SchemaRegistryProcess awaitAnswer(Path log) throws IOException, InterruptedException {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/subjects"))
                .timeout(Duration.ofSeconds(10))
                .build();
        long limit = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() - limit < 0) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new IOException("the schema registry ended with " + process.exitValue() + "; its log: " + log);
            }
            if (answers(http, request)) {
                return this;
            }
        }
        close();
        throw new IOException(
                "the schema registry did not answer within " + START_LIMIT.toSeconds() + " s; its log: " + log);
    }

    private static boolean answers(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // it does not listen yet
        }
    }

    /** The runnable jar, fetched if need be. */
    private static Path program(Consumer<String> say) throws IOException, InterruptedException {
        Path home = cache().resolve("apicurio-registry-" + VERSION);
        Path jar = home.resolve(JAR_NAME);
        if (!Files.exists(jar)) {
            say.accept("fetching the schema registry, once: Apicurio Registry " + VERSION
                    + " (about 130 MB), by Maven, into " + home);
            fetch(home);
        }
        if (!Files.exists(jar)) {
            throw new IOException(jar + ": expected in " + ARTIFACT + ", not found");
        }
        return jar;
    }

    /** Unpacks beside the place and moves it there, so that an interrupted fetch leaves nothing half. */
    private static void fetch(Path home) throws IOException, InterruptedException {
        Files.createDirectories(home.getParent());
        Path part = Files.createTempDirectory(home.getParent(), "apicurio-part");
        Path log = home.resolveSibling("apicurio-fetch.log");
        List<String> command = List.of(
                maven().toString(),
                "-B",
                "--no-transfer-progress",
                UNPACK,
                "-Dartifact=" + ARTIFACT,
                "-DoutputDirectory=" + part);
        int status;
        try {
            status = new ProcessBuilder(command)
                    .directory(part.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IOException(
                    "the schema registry is fetched by Maven, which does not start: " + e.getMessage(), e);
        }
        if (status != 0) {
            throw new IOException("Maven could not fetch " + ARTIFACT + " (exit " + status + "; its log: " + log
                    + "). Name a registry that runs already with --registry.");
        }
        Files.move(part, home);
    }

    private static Path maven() {
        String program = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win") ? "mvn.cmd" : "mvn";
        List<Path> candidates = new ArrayList<>();
        Map<String, String> environment = System.getenv();
        Optional.ofNullable(environment.get("MAVEN_HOME")).ifPresent(home -> candidates.add(Path.of(home, "bin")));
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            candidates.add(Path.of(folder));
        }
        return candidates.stream()
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of(program));
    }

    private static Path cache() {
        Map<String, String> environment = System.getenv();
        String own = environment.getOrDefault("SCRIPTORIUM_CACHE", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base = xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("scriptorium");
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on loopback", e);
        }
    }

    /** Address for serdes. */
    String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            LOG.debug("event=registry-stopped cause=exit"); // the JVM is ending, so its hooks cannot be changed
        }
    }
}
