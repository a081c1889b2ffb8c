/** Corrections by HTTP. */
package dev.scriptorium.feedback.http;
