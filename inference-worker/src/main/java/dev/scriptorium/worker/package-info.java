/** pages to text. */
package dev.scriptorium.worker;
