/** learning. */
package dev.scriptorium.trainer;
