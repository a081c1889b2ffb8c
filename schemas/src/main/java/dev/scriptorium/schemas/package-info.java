/** wire contract. */
package dev.scriptorium.schemas;
