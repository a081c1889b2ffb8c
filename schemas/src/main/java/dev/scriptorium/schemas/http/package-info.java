/** What the services' HTTP servers have in common: who may come in, what a request asks, and what is wrong with it. */
package dev.scriptorium.schemas.http;
