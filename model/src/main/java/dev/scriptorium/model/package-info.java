/** DeepSeek-OCR on DJL PyTorch. */
package dev.scriptorium.model;
