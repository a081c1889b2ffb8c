/** The worker's adapters: from their manifests to the pages that they read. */
package dev.scriptorium.worker.adapter;
