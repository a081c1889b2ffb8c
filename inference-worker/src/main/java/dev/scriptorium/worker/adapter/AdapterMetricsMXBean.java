package dev.scriptorium.worker.adapter;

import java.util.Map;

/** What a worker's adapters look like to JMX, as {@code dev.scriptorium.worker:type=adapters,worker="<id>"}. */
public interface AdapterMetricsMXBean {
    /** Adapters put in use since the worker began. */
    long getLoaded();

    /** Adapters and manifests refused since the worker began. */
    long getRefused();

    /** The adapter that reads each domain's pages, by domain; domains of the base model are left out. */
    Map<String, String> getActive();
}
