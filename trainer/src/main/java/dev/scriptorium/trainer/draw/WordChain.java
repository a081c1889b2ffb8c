package dev.scriptorium.trainer.draw;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Makes words that look like those of a list: each letter follows three others as it does somewhere in
 * the list. Several hundred real words so become as many letter sequences as a reader needs to stop
 * guessing words. Immutable, safe for many threads.
 */
final class WordChain {
    private static final int MEMORY = 3;
    private static final int LONGEST = 16;
    private static final char EDGE = '\n';

    private final Map<String, List<Character>> followers = new HashMap<>();

    WordChain(List<String> words) {
        for (String word : words) {
            String framed = String.valueOf(EDGE).repeat(MEMORY) + word + EDGE;
            for (int i = MEMORY; i < framed.length(); i++) {
                followers
                        .computeIfAbsent(framed.substring(i - MEMORY, i), past -> new ArrayList<>())
                        .add(framed.charAt(i));
            }
        }
    }

    String next(SplittableRandom random) {
        StringBuilder word = new StringBuilder(String.valueOf(EDGE).repeat(MEMORY));
        while (word.length() < MEMORY + LONGEST) {
            List<Character> letters = followers.get(word.substring(word.length() - MEMORY));
            char letter = letters.get(random.nextInt(letters.size()));
            if (letter == EDGE) {
                break;
            }
            word.append(letter);
        }
        return word.substring(MEMORY);
    }
}
