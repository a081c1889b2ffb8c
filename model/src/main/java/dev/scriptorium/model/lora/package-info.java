/**
 * Low-rank adapters (LoRA): files as PEFT writes them, applied beside the weights or merged into them, and
 * trained.
 *
 * @see "SPEC section 13.1"
 */
package dev.scriptorium.model.lora;
