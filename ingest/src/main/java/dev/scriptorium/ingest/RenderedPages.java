package dev.scriptorium.ingest;

/** A document whose pages are made in a process of their own. */
final class RenderedPages implements DocumentPages {
    private final RenderProcess process;
    private final RenderJob job;
    private final int count;

    RenderedPages(RenderProcess process, RenderJob job) throws RefusedException {
        this.process = process;
        this.job = job;
        this.count = process.open(job);
    }

    @Override
    public String documentId() {
        return job.documentId();
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Page read(int number) throws RefusedException {
        return process.read(job, number);
    }

    @Override
    public void close() {
        process.release(job);
    }
}
