package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.trainer.adapters.AdapterDesk;
import dev.scriptorium.trainer.adapters.AdapterLog;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The adapter history, and who reads. */
@Command(
        name = "adapters",
        mixinStandardHelpOptions = true,
        description = "See which adapters there were, and decide which one reads.",
        subcommands = {
            AdaptersCommand.ListAll.class,
            AdaptersCommand.Show.class,
            AdaptersCommand.Promote.class,
            AdaptersCommand.Rollback.class,
        })
final class AdaptersCommand implements Runnable {
    private static final int EVENTS = 20;

    @Mixin
    private Console console;

    @Override
    public void run() {
        throw new ParameterException(console.commandLine(), "list, show, promote or rollback expected");
    }

    /** With {@code --json} the object is {@code {"adapters":[...]}}, each as {@link AdapterRows#row} has it. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All adapters, the oldest first.")
    static final class ListAll implements Callable<Integer> {

        @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only those that were made for it.")
        private Optional<String> domain = Optional.empty();

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        @Override
        public Integer call() {
            AdapterLog log = read(cluster);
            List<AdapterLog.Known> adapters = log.adapters().stream()
                    .filter(adapter -> domain.isEmpty()
                            || adapter.manifest().getDomain().equals(domain.get())
                            || adapter.domains().contains(domain.get()))
                    .toList();
            adapters.forEach(adapter -> console.say(AdapterRows.line(adapter)));
            console.say(adapters.size() + " adapters; * reads now");
            console.result(
                    Map.of("adapters", adapters.stream().map(AdapterRows::row).toList()));
            return 0;
        }
    }

    /** With {@code --json} the object is {@link AdapterRows#row} and {@code "gate"}, {@code "files"}, {@code "history"}, {@code "events"}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "How an adapter came about and what became of it.")
    static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "ID", description = "The adapter's id, or its beginning.")
        private String id;

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        @Override
        public Integer call() {
            ClusterConfig config = cluster.bind(ClusterConfig.class, Map.of());
            Topics topics = config.ensured();
            try (TopicScan scan = config.scan()) {
                AdapterLog.Known adapter = AdapterLog.read(scan, topics).find(id);
                List<AdapterEvent> events = events(scan, topics, adapter.id());
                AdapterRows.lines(adapter).forEach(console::say);
                AdapterRows.lines(events).forEach(console::say);
                Map<String, Object> json = AdapterRows.all(adapter);
                json.put("events", events.stream().map(AdapterRows::row).toList());
                console.result(json);
            }
            return 0;
        }
    }

    /** The last of what became of an adapter. */
    private static List<AdapterEvent> events(TopicScan scan, Topics topics, String id) {
        Deque<AdapterEvent> last = new ArrayDeque<>();
        scan.all(topics.adapterEvents(), (place, domain, event) -> event.filter(
                        it -> it.getAdapterId().equals(id))
                .ifPresent(it -> {
                    last.add(it);
                    if (last.size() > EVENTS) {
                        last.remove();
                    }
                }));
        return List.copyOf(last);
    }

    /** What {@code promote} and {@code rollback} share. */
    abstract static class Decide implements Callable<Integer> {

        @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why, for people.")
        private String reason;

        @Option(
                names = "--author",
                paramLabel = "NAME",
                defaultValue = "${sys:user.name}",
                description = "Who says so; default ${DEFAULT-VALUE}.")
        private String author;

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        /** @param done such as "promoted" */
        int decide(String done, Function<AdapterDesk, AdapterDesk.Decision> decision) {
            ClusterConfig config = cluster.bind(ClusterConfig.class, Map.of());
            try (AdapterDesk desk =
                    AdapterDesk.open(config.kafka(), config.ensured(), config.limits(), author, Clock.systemUTC())) {
                AdapterDesk.Decision made = decision.apply(desk);
                console.say(
                        made.changed()
                                ? made.adapterId() + " " + done + "; " + AdapterRows.name(made.active())
                                        + " reads domain " + made.domain() + ", before "
                                        + AdapterRows.name(made.before())
                                : made.adapterId() + " reads domain " + made.domain() + " already");
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("adapterId", made.adapterId());
                json.put("domain", made.domain());
                json.put("active", made.active());
                json.put("before", made.before());
                json.put("changed", made.changed());
                console.result(json);
                return 0;
            }
        }

        String reason(String unless) {
            return reason.isEmpty() ? unless + " by " + author : reason;
        }
    }

    /** With {@code --json} the object is {@code {"adapterId","domain","active","before","changed"}}. */
    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description = {
                "Let an adapter read all pages of a domain, or a share of its documents for a trial.",
                "Also one that the gate refused or that was rolled back: you know better."
            })
    static final class Promote extends Decide {

        @Parameters(paramLabel = "ID", description = "The adapter's id, or its beginning.")
        private String id;

        @Option(
                names = "--domain",
                paramLabel = "DOMAIN",
                description = "Whose pages; those it was made for unless given.")
        private Optional<String> domain = Optional.empty();

        @ArgGroup
        private Trial trial = new Trial();

        /** Not all pages yet; one of them. */
        static final class Trial {
            @Option(
                    names = "--canary",
                    paramLabel = "SHARE",
                    description = "On trial: it reads this share of the documents, above 0 up to 1.")
            private Optional<Double> canary = Optional.empty();

            @Option(
                    names = "--shadow",
                    paramLabel = "SHARE",
                    description = "On trial: it reads this share a second time, for comparison.")
            private Optional<Double> shadow = Optional.empty();
        }

        @Override
        public Integer call() {
            if (trial.canary.isPresent()) {
                return decide("put on trial", desk -> tryOut(desk, Rollout.CANARY, trial.canary.get()));
            }
            if (trial.shadow.isPresent()) {
                return decide("put on trial", desk -> tryOut(desk, Rollout.SHADOW, trial.shadow.get()));
            }
            return decide("promoted", desk -> desk.promote(id, domain, reason("promoted")));
        }

        private AdapterDesk.Decision tryOut(AdapterDesk desk, Rollout rollout, double share) {
            return desk.tryOut(id, domain, rollout, share, reason("put on trial"));
        }
    }

    /** With {@code --json} the object is that of {@link Promote}. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description =
                    "Take a domain's adapter away; the one that it was trained from, or the base model, reads again.")
    static final class Rollback extends Decide {

        @Parameters(paramLabel = "DOMAIN", description = "Whose pages.")
        private String domain;

        @Override
        public Integer call() {
            return decide("rolled back", desk -> desk.rollback(domain, reason("rolled back")));
        }
    }

    private static AdapterLog read(KafkaOptions cluster) {
        ClusterConfig config = cluster.bind(ClusterConfig.class, Map.of());
        try (TopicScan scan = config.scan()) {
            return AdapterLog.read(scan, config.ensured());
        }
    }
}
