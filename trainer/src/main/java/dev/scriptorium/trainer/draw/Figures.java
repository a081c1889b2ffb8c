package dev.scriptorium.trainer.draw;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** What stands on receipts, invoices and forms: amounts, dates, numbers, codes, terse words. */
final class Figures {
    private static final String[] LABELS =
            ("TOTAL,SUBTOTAL,SUB TOTAL,CASH,CHANGE,TAX,VAT,GST,BALANCE,AMOUNT,AMOUNT DUE,ROUNDING,DISCOUNT,QTY,"
                            + "PRICE,ITEM,ITEMS,INVOICE NO,TAX INVOICE,RECEIPT,RECEIPT NO,ORDER,TABLE,CASHIER,DATE,TIME,TEL,FAX,"
                            + "PHONE,CARD,VISA,DEBIT,CREDIT,REF,BILL,U/P,UNIT PRICE,DESC,DESCRIPTION,DISC,DOC NO,TYPE,CODE,RATE,PAY,"
                            + "SALESPERSON,INCLUSIVE,SUMMARY,ANALYSIS,EXCHANGE,RETURN,GOODS SOLD,REFUND,INVOICE,CLERK,"
                            + "THANK YOU,PLEASE COME AGAIN,SERVICE CHARGE,NET,GROSS,PAID,"
                            + "REG NO,STORE,TILL,CUSTOMER COPY,MEMBER,POINTS,Page,No.,Vol.,Fig.,Table,Nett Total,Inc. Tax")
                    .split(",", -1);
    private static final String[] CURRENCIES = {"$", "£", "€", "¥", "RM", "USD ", "EUR ", "Rs. ", "", "", "", ""};
    private static final String[] MONTHS =
            ("January,February,March,April,May,June,July,August,September,October,November,December,"
                            + "Jan,Feb,Mar,Apr,Jun,Jul,Aug,Sept,Oct,Nov,Dec")
                    .split(",", -1);
    private static final String[] STREETS = {
        "STREET", "ROAD", "LANE", "AVENUE", "SQUARE", "PARK", "HILL", "St.", "Rd.", "Ave", "Jalan", "Lot", "Taman"
    };
    private static final String SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~£€¥§°©®½¼¾±×÷•–—…†";
    private static final int[] ROMAN_VALUES = {50, 40, 10, 9, 5, 4, 1};
    private static final String[] ROMAN_DIGITS = {"L", "XL", "X", "IX", "V", "IV", "I"};

    private final List<String> words;

    Figures(List<String> words) {
        this.words = words;
    }

    static String capitalized(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    /** Up to 89. */
    static String roman(int number) {
        StringBuilder numeral = new StringBuilder();
        int rest = number;
        for (int i = 0; i < ROMAN_VALUES.length; i++) {
            while (rest >= ROMAN_VALUES[i]) {
                numeral.append(ROMAN_DIGITS[i]);
                rest -= ROMAN_VALUES[i];
            }
        }
        return numeral.toString();
    }

    /** A line of at least the target length, made of pieces, or one piece. */
    String next(SplittableRandom random, int target) {
        boolean capitals = random.nextInt(3) > 0;
        if (random.nextInt(4) == 0) {
            // columns stand alone: no more than one field, however long a line was asked for
            String piece = piece(random);
            return capitals ? piece.toUpperCase(Locale.ROOT) : piece;
        }
        StringBuilder line = new StringBuilder();
        while (line.length() < target) {
            String piece = piece(random);
            line.append(line.isEmpty() ? "" : " ").append(capitals ? piece.toUpperCase(Locale.ROOT) : piece);
        }
        return line.toString();
    }

    private String piece(SplittableRandom random) {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> amount(random);
            case 4, 5 -> date(random);
            case 6 ->
                two(random.nextInt(24)) + ":" + two(random.nextInt(60))
                        + (random.nextBoolean() ? ":" + two(random.nextInt(60)) : random.nextBoolean() ? " PM" : "");
            case 7 -> phone(random);
            case 8 -> digits(random, random.nextInt(1, 14));
            case 9 -> code(random);
            case 10 ->
                (random.nextInt(3) == 0 ? "@ " : "") + random.nextInt(0, 100) + (random.nextBoolean() ? "%" : ".00%");
            case 11 -> random.nextInt(1, 20) + (random.nextBoolean() ? " x " : " X ") + amount(random);
            case 12 -> signs(random);
            case 13 -> random.nextInt(1, 300) + ", " + word(random) + " " + STREETS[random.nextInt(STREETS.length)];
            case 14 -> "(" + digits(random, random.nextInt(3, 8)) + "-" + (char) ('A' + random.nextInt(26)) + ")";
            case 15, 16, 17 ->
                LABELS[random.nextInt(LABELS.length)]
                        + (random.nextInt(3) == 0 ? " :" : random.nextBoolean() ? ":" : "");
            case 18 -> measure(random);
            default -> word(random);
        };
    }

    private String word(SplittableRandom random) {
        String word = words.get(random.nextInt(words.size()));
        return random.nextBoolean() ? word.toUpperCase(Locale.ROOT) : capitalized(word);
    }

    private static String amount(SplittableRandom random) {
        String currency = CURRENCIES[random.nextInt(CURRENCIES.length)];
        int whole = random.nextInt(1 << random.nextInt(2, 14));
        String grouped = whole > 999 && random.nextBoolean()
                ? whole / 1000 + "," + String.format(Locale.ROOT, "%03d", whole % 1000)
                : Integer.toString(whole);
        String sign = random.nextInt(16) == 0 ? "-" : "";
        return currency + sign + grouped + (random.nextInt(8) == 0 ? "" : "." + two(random.nextInt(100)));
    }

    private static String date(SplittableRandom random) {
        int day = random.nextInt(1, 29);
        int month = random.nextInt(1, 13);
        int year = random.nextInt(1780, 2030);
        String name = MONTHS[random.nextInt(MONTHS.length)];
        return switch (random.nextInt(7)) {
            case 0 -> two(day) + "/" + two(month) + "/" + year;
            case 1 -> two(day) + "-" + two(month) + "-" + year;
            case 2 -> year + "-" + two(month) + "-" + two(day);
            case 3 -> day + "." + month + "." + year;
            case 4 -> name + " " + day + ", " + year;
            case 5 -> day + " " + name + " " + year;
            default -> two(day) + "/" + two(month) + "/" + two(year % 100);
        };
    }

    private static String phone(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> "+" + random.nextInt(1, 99) + "-" + digits(random, 4) + " " + digits(random, 4);
            case 1 -> "(" + digits(random, 3) + ") " + digits(random, 3) + "-" + digits(random, 4);
            case 2 -> "0" + random.nextInt(1, 9) + "-" + digits(random, 7);
            default -> digits(random, 3) + "-" + digits(random, 3) + "-" + digits(random, 4);
        };
    }

    private static String code(SplittableRandom random) {
        StringBuilder code = new StringBuilder();
        for (int n = random.nextInt(3, 10); n > 0; n--) {
            int kind = random.nextInt(10);
            code.append(
                    kind < 6 ? (char) ('0' + random.nextInt(10)) : kind < 9 ? (char) ('A' + random.nextInt(26)) : '-');
        }
        return code.append(random.nextInt(10)).toString();
    }

    private static String measure(SplittableRandom random) {
        String[] units = {"KG", "G", "ML", "L", "PCS", "cm", "mm", "lb.", "oz", "°C", "°", "½", "¼", "m²", "in.", "PKT"
        };
        return random.nextInt(1, 1000) + (random.nextInt(3) == 0 ? " " : "") + units[random.nextInt(units.length)];
    }

    private static String signs(SplittableRandom random) {
        StringBuilder signs = new StringBuilder();
        char repeated = "*-=.#_".charAt(random.nextInt(6));
        boolean row = random.nextInt(4) == 0;
        for (int n = random.nextInt(1, row ? 12 : 5); n > 0; n--) {
            signs.append(row ? repeated : SIGNS.charAt(random.nextInt(SIGNS.length())));
        }
        return signs.toString();
    }

    private static String digits(SplittableRandom random, int count) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
