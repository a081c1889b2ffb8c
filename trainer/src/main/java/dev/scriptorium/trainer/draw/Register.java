package dev.scriptorium.trainer.draw;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What stands in registers, catalogues, references and family trees: names, initials, dates, places, numbering. Points,
 * commas and figures are everywhere and follow from nothing, so that they have to be seen.
 */
final class Register {
    private static final String[] MONTHS =
            ("January,February,March,April,May,June,July,August,September,October,November,December,"
                            + "Jan.,Feb.,Aug.,Sept.,Oct.,Nov.,Dec.,Jan,Oct")
                    .split(",", -1);
    private static final String[] NAMES =
            ("John,Mary,William,Sarah,James,Elizabeth,Joseph,Anna,Jonathan,Jane,Isaac,Julia,Henry,Ida,Jacob,Hannah,"
                            + "Thomas,Ruth,Peter,Judith,Jeremiah,Yvonne,Joshua,Ursula,Zachary,Quentin,Kate,Xavier,Ira,"
                            + "Victor,Olive,Frances,Noah,Emily,George,Lydia,Benjamin,Dorothy,Robert,Grace")
                    .split(",", -1);
    private static final String[] ABBREVIATIONS =
            ("Co.,Mr.,Mrs.,Dr.,Rev.,Col.,Capt.,St.,No.,Vol.,vol.,p.,pp.,ch.,Jr.,Sr.,Esq.,Bros.,Penn.,Conn.,Mass.,"
                            + "etc.,viz.,i. e.,e. g.,ib.,ed.,fol.,b.,d.,m.,dau. of,A. D.,A.M.,M. D.,U. S.,L. I.,N. Y.,N. J.")
                    .split(",", -1);
    private static final String[] DEEDS =
            ("born,died,married,baptized,settled at,moved to,resides at,son of,daughter of,widow of,buried in,"
                            + "removed to,lived in,bought of,sold to")
                    .split(",", -1);

    private final List<String> words;

    Register(List<String> words) {
        this.words = words;
    }

    /** A line of at least the target length. */
    String next(SplittableRandom random, int target) {
        StringBuilder line = new StringBuilder();
        while (line.length() < target) {
            line.append(line.isEmpty() ? "" : " ").append(piece(random)).append(stop(random));
        }
        return line.toString();
    }

    private String piece(SplittableRandom random) {
        return switch (random.nextInt(16)) {
            case 0, 1 -> date(random);
            case 2, 3 -> name(random);
            case 4 -> name(random) + " " + initial(random) + " " + place(random);
            case 5 -> random.nextInt(1, 30) + ". " + any(random, NAMES);
            case 6 -> any(random, ABBREVIATIONS);
            case 7 -> any(random, ABBREVIATIONS) + " " + place(random);
            case 8 -> initial(random) + " " + initial(random);
            case 9 -> Integer.toString(random.nextInt(1, 2000));
            case 10 -> year(random) + (random.nextBoolean() ? "-" : "–") + random.nextInt(10, 100);
            case 11 -> Figures.roman(random.nextInt(1, 60)) + ".";
            case 12 -> place(random);
            case 13 -> any(random, DEEDS) + " " + date(random);
            case 14 -> any(random, DEEDS) + " " + place(random);
            default -> words.get(random.nextInt(words.size()));
        };
    }

    private static String stop(SplittableRandom random) {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> ",";
            case 4, 5, 6 -> ".";
            case 7 -> ";";
            case 8 -> ":";
            case 9 -> ".,";
            default -> "";
        };
    }

    private static String date(SplittableRandom random) {
        int day = random.nextInt(1, 32);
        String month = any(random, MONTHS);
        return switch (random.nextInt(4)) {
            case 0 -> day + " " + month + ", " + year(random);
            case 1 -> month + " " + day + ", " + year(random);
            case 2 -> day + ordinal(day) + " of " + month;
            default -> day + " " + month;
        };
    }

    private static String ordinal(int day) {
        if (day / 10 == 1) {
            return "th";
        }
        return switch (day % 10) {
            case 1 -> "st";
            case 2 -> "d";
            case 3 -> "rd";
            default -> "th";
        };
    }

    private static int year(SplittableRandom random) {
        return random.nextInt(1500, 1960);
    }

    private String name(SplittableRandom random) {
        return any(random, NAMES) + (random.nextInt(3) == 0 ? " " + initial(random) : "") + " " + place(random);
    }

    private static String initial(SplittableRandom random) {
        return (char) ('A' + random.nextInt(26)) + ".";
    }

    private String place(SplittableRandom random) {
        String word = words.get(random.nextInt(words.size()));
        return Figures.capitalized(random.nextInt(12) == 0 ? word.toUpperCase(Locale.ROOT) : word);
    }

    private static String any(SplittableRandom random, String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
