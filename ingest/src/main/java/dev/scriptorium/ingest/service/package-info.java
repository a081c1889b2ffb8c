/** The ingest as a service: by HTTP, and of a watched folder. */
package dev.scriptorium.ingest.service;
