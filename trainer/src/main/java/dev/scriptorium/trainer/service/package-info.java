/** The service that learns: labels in, gated adapters out. */
package dev.scriptorium.trainer.service;
