/** corrections in. */
package dev.scriptorium.feedback;
