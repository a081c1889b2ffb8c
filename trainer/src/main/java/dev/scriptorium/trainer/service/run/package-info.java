/** One training run: its plan, its folder and what it came to. */
package dev.scriptorium.trainer.service.run;
