package dev.scriptorium.model.text;

import dev.scriptorium.model.text.Block.Box;
import dev.scriptorium.model.text.Block.Grounded;
import dev.scriptorium.model.text.Block.Plain;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class OutputParserTest {
    private static final int WIDTH = 1998;
    private static final int HEIGHT = 999;

    private static String item(String label, String boxes) {
        return "<|ref|>" + label + "<|/ref|><|det|>" + boxes + "<|/det|>";
    }

    private static ParsedOutput parse(String answer) {
        return OutputParser.parse(answer, Prompt.DOCUMENT, WIDTH, HEIGHT);
    }

    @Test
    void takesADocumentApart() {
        ParsedOutput page = parse(item("title", "[[12, 34, 560, 789]]") + "\n# A Title\n\n"
                + item("image", "[[0, 100, 999, 500]]") + "\n\n"
                + item("text", "[[0, 510, 999, 999]]") + "\nSome text.\n<｜end▁of▁sentence｜>");

        assertThat(page.blocks())
                .containsExactly(
                        new Grounded("title", List.of(new Box(24, 34, 1120, 789)), "# A Title"),
                        new Grounded("image", List.of(new Box(0, 100, 1998, 500)), ""),
                        new Grounded("text", List.of(new Box(0, 510, 1998, 999)), "Some text."));
        assertThat(page.markdown()).isEqualTo("# A Title\n\n![](images/0.jpg)\n\nSome text.");
        assertThat(page.images()).containsExactly(new Box(0, 100, 1998, 500));
    }

    @Test
    void numbersPicturesInOrder() {
        ParsedOutput page = parse(item("image", "[[0, 0, 1, 1]]") + "\n" + item("text", "[[0, 0, 9, 9]]") + "x\n"
                + item("image", "[[5, 5, 6, 6]]"));
        assertThat(page.markdown()).isEqualTo("![](images/0.jpg)\n\nx\n![](images/1.jpg)");
        assertThat(page.images()).containsExactly(new Box(0, 0, 2, 1), new Box(10, 5, 12, 6));
    }

    @Test
    void keepsTextWithoutItemsAsItIs() {
        ParsedOutput page = parse("  Just text,\n\ntwo paragraphs with a \\coloneqq b. \n");
        assertThat(page.markdown()).isEqualTo("Just text,\n\ntwo paragraphs with a \\coloneqq b.");
        assertThat(page.blocks()).containsExactly(new Plain(page.markdown()));
        assertThat(page.images()).isEmpty();
    }

    @Test
    void writesDefinitionsPlainlyOnceThereAreItems() {
        ParsedOutput page = parse(item("equation", "[[1, 2, 3, 4]]") + "\\( a \\coloneqq b \\eqqcolon c \\)");
        assertThat(page.markdown()).isEqualTo("\\( a := b =: c \\)");
    }

    @Test
    void takesSeveralBoxesOfOneItem() {
        ParsedOutput page = parse(item("Total", "[[0, 0, 10, 10],[20, 20, 30, 30]]"));
        assertThat(((Grounded) page.blocks().get(0)).boxes())
                .containsExactly(new Box(0, 0, 20, 10), new Box(40, 20, 60, 30));
    }

    @Test
    void takesLabelsForTheTextWhenAskedToReadPieces() {
        String answer = item("Café", "[[0, 0, 10, 10]]") + "\n" + item("12,50", "[[20, 0, 30, 10]]");
        ParsedOutput page = OutputParser.parse(answer, Prompt.GROUNDED_OCR, WIDTH, HEIGHT);
        assertThat(page.markdown()).isEqualTo("Café\n12,50");
        assertThat(page.blocks())
                .containsExactly(
                        new Grounded("text", List.of(new Box(0, 0, 20, 10)), "Café"),
                        new Grounded("text", List.of(new Box(40, 0, 60, 10)), "12,50"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "[[]]",
                "[[1, 2, 3]]",
                "[[a, b, c, d]]",
                "[[1, 2, 3, 4",
                "__import__('os').system('x')",
                "[[9, 9, 1, 1]]",
                "[[1,2,3,4,5]]"
            })
    void readsTheTextOfAnItemWithoutAUsableBox(String boxes) {
        ParsedOutput page = parse("Before. " + item("text", boxes) + "Text.");
        assertThat(page.blocks()).containsExactly(new Plain("Before."), new Plain("Text."));
        assertThat(page.markdown()).isEqualTo("Before. Text.");
    }

    @Test
    void ignoresOnlyTheMalformedBoxesOfAnItem() {
        ParsedOutput page = parse(item("text", "[[1, 2, 3], [1, 2, 3, 4], [x, 2, 3, 4], [7.9, 8, 9, 10]]"));
        assertThat(((Grounded) page.blocks().get(0)).boxes())
                .containsExactly(new Box(2, 2, 6, 4), new Box(15, 8, 18, 10));
    }

    @Test
    void keepsBoxesInsideThePage() {
        ParsedOutput page = parse(item("text", "[[-5, 0, 1500, 99999999]]"));
        assertThat(((Grounded) page.blocks().get(0)).boxes()).containsExactly(new Box(0, 0, WIDTH, HEIGHT));
    }

    @Test
    void dropsWhatIsLeftOfAnItemThatWasCut() {
        assertThat(parse("One. <|ref|>text<|/ref|><|det|>[[12, 3").markdown()).isEqualTo("One. text");
        assertThat(parse("One. <|ref|>text").markdown()).isEqualTo("One. text");
        assertThat(parse("One.<|/det|> Two.<|grounding|>").markdown()).isEqualTo("One. Two.");
    }

    @Test
    void findsTheItemBehindAnUnclosedOne() {
        ParsedOutput page = parse("<|ref|>lost " + item("text", "[[1, 2, 3, 4]]") + "found");
        assertThat(page.blocks())
                .containsExactly(new Plain("lost"), new Grounded("text", List.of(new Box(2, 2, 6, 4)), "found"));
    }

    @Test
    void findsTheItemBehindAHalfWithoutItsBeginning() {
        ParsedOutput page = parse("a<|/ref|><|det|>[[9, 9, 9, 9]]<|/det|>" + item("text", "[[1, 2, 3, 4]]") + "found");
        assertThat(page.blocks()).last().isEqualTo(new Grounded("text", List.of(new Box(2, 2, 6, 4)), "found"));
    }

    @Test
    void leavesAtMostOneBlankLine() {
        assertThat(parse(item("text", "[[1, 2, 3, 4]]") + "a\n\n\n\n\nb").markdown())
                .isEqualTo("a\n\nb");
    }

    @Test
    void preparesTextForThePublishedScoring() {
        String answer =
                item("equation", "[[1, 2, 3, 4]]") + "\n\\[ a = b \\quad (12) \\]\n\n\n\n<center>caption</center>";
        assertThat(OutputParser.forEvaluation(answer)).isEqualTo("\\[a = b\\]\n\ncaption");
        assertThat(OutputParser.forEvaluation("\\[a$1\\] plain")).isEqualTo("\\[a$1\\] plain");
    }

    @Test
    void cutsTheEndTokenOnly() {
        assertThat(OutputParser.clean(" a <｜end▁of▁sentence｜> \n")).isEqualTo("a");
        assertThat(OutputParser.clean("<｜end▁of▁sentence｜>")).isEmpty();
        assertThat(OutputParser.clean("a<｜end▁of▁sentence｜>b")).isEqualTo("a<｜end▁of▁sentence｜>b");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void losesNoTextWhateverTheMarkersDo(long seed) {
        String[] pieces = {
            "<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>", "[[1, 2, 3, 4]]", "word", "\n", "<table>", "<td>", "image"
        };
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            StringBuilder answer = new StringBuilder("first ");
            for (int i = random.nextInt(30); i > 0; i--) {
                answer.append(pieces[random.nextInt(pieces.length)]);
            }
            ParsedOutput page = parse(answer.toString());
            assertThat(page.markdown())
                    .as(answer.toString())
                    .startsWith("first")
                    .doesNotContain("<|");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|ref|>", "<|/ref|><|det|>", "<|ref|>a<|/ref|><|det|>", "<table>", "<td>", "[[", "&#"})
    void staysFastOnNonsense(String piece) {
        String answer = piece.repeat(20_000);
        long start = System.nanoTime();
        parse(answer);
        parse(answer + "<|/det|>");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
