/** Configuration: properties file and environment bound to records, with every mistake reported at once. */
package dev.scriptorium.schemas.settings;
