package dev.scriptorium.standalone;

/**
 * A command that comes to its end by itself when asked. Others are interrupted, which closes files under
 * whoever reads or writes them just then: not for a command that saves its work.
 */
interface Stoppable {
    /** Asks the command to stop at the next good moment; any thread may. */
    void stop();
}
