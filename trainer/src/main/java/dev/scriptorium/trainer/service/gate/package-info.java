/** Decides whether an adapter reads better than the one in use. */
package dev.scriptorium.trainer.service.gate;
