/** everything in one JVM and the command line. */
package dev.scriptorium.standalone;
