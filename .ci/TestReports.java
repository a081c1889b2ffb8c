import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads the reports that Surefire and Failsafe left and says what ran. A green build proves nothing about a test that
 * was skipped, so it exits 1 where a test was skipped for a reason that is not on the list below, where a test class
 * has no report at all, where nothing ran, and where a fuzz test has kept an input that it ended on.
 *
 * <p>Run it as {@code java .ci/TestReports.java FOLDER}.
 */
public final class TestReports {
    /** Reasons that a machine may have, by words of the test's own message. Everything else must run everywhere. */
    private static final List<Pattern> MAY_BE_MISSING = List.of(
            Pattern.compile("no Docker engine answers"),
            Pattern.compile("no folder 'shared' with reference/SPEC.md above this module"),
            Pattern.compile("pdftotext is not installed"),
            Pattern.compile("no GPU is visible"));

    private static final Pattern TEST_CLASS = Pattern.compile("(Test\\w*|\\w*(Test|Tests|TestCase|IT|ITCase))\\.java");
    private static final Pattern TEST_METHOD = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|ArchTest|FuzzTest)\\b");

    /** Tags of tests that the build leaves out, because they need what a build machine does not have. */
    private static final Pattern LARGE_TEST = Pattern.compile("@Tag\\(\"(weights|gpu)\"\\)");

    /** What Jazzer keeps of an input that failed, or took too long. */
    private static final Pattern KEPT_INPUT =
            Pattern.compile("/src/test/resources/.*FuzzTestInputs/\\w+/(crash|timeout|oom)-\\w+$");

    private final Map<String, int[]> modules = new TreeMap<>(); // name -> run, failed, skipped
    private final TreeSet<String> reported = new TreeSet<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> excused = new ArrayList<>();

    private TestReports() {}

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args.length == 0 ? "." : args[0]);
        System.exit(new TestReports().check(root) ? 0 : 1);
    }

    private boolean check(Path root) throws Exception {
        DocumentBuilder xml = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        for (Path report : find(root, path -> path.toString().matches(".*/target/(surefire|failsafe)-reports/TEST-.*\\.xml"))) {
            count(root.relativize(report).getName(0).toString(), xml.parse(report.toFile()).getDocumentElement());
        }
        for (Path source : find(root, path -> path.toString().matches(".*/src/test/java/.*\\.java"))) {
            checkReported(root, source);
        }
        for (Path input : find(root, path -> KEPT_INPUT.matcher(path.toString()).find())) {
            faults.add(root.relativize(input) + ": a fuzz test ended on this input; 'mvn test' of its module reads it again");
        }
        int run = modules.values().stream().mapToInt(counts -> counts[0]).sum();
        if (run == 0) {
            faults.add("no test ran");
        }
        System.out.printf("%-20s %6s %6s %7s%n", "tests", "run", "failed", "skipped");
        modules.forEach((name, counts) -> System.out.printf("%-20s %6d %6d %7d%n", name, counts[0], counts[1], counts[2]));
        excused.forEach(line -> System.out.println("skipped, allowed: " + line));
        faults.forEach(line -> System.out.println("FAULT: " + line));
        return faults.isEmpty();
    }

    private void count(String module, Element suite) {
        int[] counts = modules.computeIfAbsent(module, name -> new int[3]);
        NodeList cases = suite.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            String name = test.getAttribute("classname") + "." + test.getAttribute("name");
            reported.add(test.getAttribute("classname").replaceAll("\\$.*", ""));
            NodeList skips = test.getElementsByTagName("skipped");
            if (skips.getLength() > 0) {
                counts[2]++;
                String reason = reason((Element) skips.item(0));
                boolean allowed = MAY_BE_MISSING.stream().anyMatch(pattern -> pattern.matcher(reason).find());
                (allowed ? excused : faults).add(module + ": " + name + ": skipped: " + reason);
                continue;
            }
            counts[0]++;
            if (test.getElementsByTagName("failure").getLength() + test.getElementsByTagName("error").getLength() > 0) {
                counts[1]++;
                faults.add(module + ": " + name + ": failed");
            }
        }
        reported.add(suite.getAttribute("name").replaceAll("\\$.*", ""));
    }

    /** The message, which a failed assumption leaves as the first line of a stack trace. */
    private static String reason(Element skipped) {
        String message = skipped.getAttribute("message");
        return message.isEmpty()
                ? skipped.getTextContent().strip().lines().findFirst().orElse("no reason given")
                : message;
    }

    /** A class with test methods whose name Surefire and Failsafe do not look for never runs, and nobody is told. */
    private void checkReported(Path root, Path source) throws IOException {
        String text = Files.readString(source);
        if (!TEST_METHOD.matcher(text).find() || text.contains("abstract class " + simpleName(source))) {
            return;
        }
        String path = root.relativize(source).toString();
        if (!TEST_CLASS.matcher(source.getFileName().toString()).matches()) {
            faults.add(path + ": has test methods, but its name does not end in Test or IT");
            return;
        }
        String className = path.replaceAll(".*/src/test/java/", "").replaceAll("\\.java$", "").replace('/', '.');
        if (!reported.contains(className) && !LARGE_TEST.matcher(text).find()) {
            faults.add(path + ": has test methods and left no report");
        }
    }

    private static String simpleName(Path source) {
        return source.getFileName().toString().replaceAll("\\.java$", "");
    }

    private static List<Path> find(Path root, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }
}
