package dev.scriptorium.trainer.draw;

import java.text.Normalizer;
import java.util.SplittableRandom;

/**
 * Makes Vietnamese syllables from their parts: initial consonant, rime, tone. Not every one is a
 * word, but all are spelled as the language spells, and every letter with every mark occurs.
 */
final class VietnameseSyllables {
    private static final String[] INITIALS =
            "- b c ch d đ g gh gi h kh l m n ng ngh nh ph qu r s t th tr v x".split(" ", -1);
    // The capital letter carries the tone.
    private static final String[] OPEN_RIMES =
            ("A Ai Ao Au Ay Âu Ây Am An Ang Anh Ăm Ăn Ăng Âm Ân Âng E Eo Em En Eng Ê Êu "
                            + "Êm Ên Ênh I Ia Iu Im In Inh iÊu iÊm iÊn iÊng O Oi oA oAi oAn oAng oAnh oĂn oE Om On Ong Ô Ôi Ôm "
                            + "Ôn Ông Ơ Ơi Ơm Ơn U Ua Ui uÂn uÊ uY uYên Um Un Ung uÔi uÔm uÔn uÔng Ư Ưa Ưi Ưu Ưng ưƠi ưƠu ưƠm "
                            + "ưƠn ưƠng Y yÊu")
                    .split(" ", -1);
    private static final String[] STOPPED_RIMES =
            ("Ac Ach Ap At Ăc Ăp Ăt Âc Âp Ât Ec Ep Et Êch Êp Êt Ich Ip It iÊc iÊp iÊt Oc Op "
                            + "Ot Ôc Ôp Ôt Ơp Ơt Uc Up Ut uÔc uÔt Ưc Ưt ưƠc ưƠp ưƠt oAt oAch")
                    .split(" ", -1);
    // None, acute, grave, hook, tilde, dot below.
    private static final String[] TONES = {"", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"};

    private VietnameseSyllables() {}

    static String next(SplittableRandom random) {
        String initial = INITIALS[random.nextInt(INITIALS.length)];
        boolean stopped = random.nextInt(4) == 0;
        String[] rimes = stopped ? STOPPED_RIMES : OPEN_RIMES;
        String rime = rimes[random.nextInt(rimes.length)];
        // A syllable that ends in a stop knows only two tones.
        String tone = stopped ? TONES[random.nextBoolean() ? 1 : 5] : TONES[random.nextInt(TONES.length)];
        StringBuilder syllable = new StringBuilder(initial.equals("-") ? "" : initial);
        for (int i = 0; i < rime.length(); i++) {
            char letter = rime.charAt(i);
            if (Character.isUpperCase(letter)) {
                syllable.append(Character.toLowerCase(letter)).append(tone);
            } else {
                syllable.append(letter);
            }
        }
        return Normalizer.normalize(syllable, Normalizer.Form.NFC);
    }
}
