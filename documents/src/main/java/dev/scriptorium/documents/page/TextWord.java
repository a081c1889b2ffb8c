package dev.scriptorium.documents.page;

import java.util.OptionalDouble;

/**
 * A word.
 *
 * @param box where it stands; no model says so, it is its share of the line
 * @param text without white space
 * @param confidence probability 0..1 that it is right, if words are known one by one
 */
public record TextWord(Box box, String text, OptionalDouble confidence) {}
