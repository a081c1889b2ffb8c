package dev.scriptorium.trainer.draw;

import java.util.Arrays;

/**
 * The characters nano reads and the order of their ids: {@code Alphabet.CHARACTERS.charAt(id)}. All
 * lie in the basic plane and are NFC. The order is part of every checkpoint: append only.
 *
 * <p>ASCII; Latin-1; œ, Œ, Ÿ; the Vietnamese letters; typographic quotes, dashes and signs; and the
 * four characters of German Fraktur truth (long s, combining e, double oblique hyphen, capital ß),
 * which are never drawn here but can be learned from corrections.
 */
public final class Alphabet {
    private static final String ASCII =
            " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`" + "abcdefghijklmnopqrstuvwxyz{|}~";
    private static final String LATIN = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿœŒŸ";
    private static final String VIETNAMESE = "ĂăĐđĨĩŨũƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệ"
            + "ỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ";
    private static final String SIGNS = "‘’‚“”„«»‹›–—…•·†‡£€¥¢§¶©®™°ºª¹²³¼½¾±×÷¡¿";
    private static final String FRAKTUR = "ſ\u0364⸗ẞ";

    /** Every character, its index is its id. */
    public static final String CHARACTERS = ASCII + LATIN + VIETNAMESE + SIGNS + FRAKTUR;

    private static final short[] IDS = ids();

    private Alphabet() {}

    private static short[] ids() {
        short[] ids = new short[1 << 16];
        Arrays.fill(ids, (short) -1);
        for (int id = 0; id < CHARACTERS.length(); id++) {
            ids[CHARACTERS.charAt(id)] = (short) id;
        }
        return ids;
    }

    public static int size() {
        return CHARACTERS.length();
    }

    /** The id of a character, or -1 if it is none of ours. */
    public static int idOf(char character) {
        return IDS[character];
    }

    /** Whether every character of the text has an id. */
    public static boolean covers(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (idOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
