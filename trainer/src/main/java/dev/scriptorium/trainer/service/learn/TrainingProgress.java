package dev.scriptorium.trainer.service.learn;

/** Is told how far a training is, on the thread that trains. */
@FunctionalInterface
public interface TrainingProgress {
    /** Nobody listens. */
    TrainingProgress NONE = (domain, step, steps, loss) -> {};

    /**
     * A step is done.
     *
     * @param step counted from 1
     * @param steps of the whole training
     * @param loss cross-entropy a label
     */
    void step(String domain, long step, long steps, double loss);
}
