package dev.scriptorium.model.ladder;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.RgbImage;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AutoModeTest {

    @ParameterizedTest
    @CsvSource({
        "1240, 1754, 600, 30, TINY",
        "1240, 1754, 641, 30, SMALL",
        "1240, 1754, 1000, 30, SMALL",
        "1240, 1754, 1001, 30, BASE",
        "1240, 1754, 1900, 30, LARGE",
        "1240, 1754, 3000, 30, GUNDAM",
    })
    void hasAVisionTokenForEveryTenTextTokens(int width, int height, int textTokens, double line, Mode mode) {
        assertThat(AutoMode.of(new PageSurvey(width, height, false, 40, textTokens, line, 0)))
                .isEqualTo(mode);
    }

    @Test
    void keepsSmallPrintLegible() {
        assertThat(AutoMode.of(new PageSurvey(2480, 3508, false, 40, 300, 24, 0)))
                .isEqualTo(Mode.LARGE);
        assertThat(AutoMode.of(new PageSurvey(2480, 3508, false, 40, 300, 10, 0)))
                .isEqualTo(Mode.GUNDAM);
    }

    @Test
    void takesBaseWhereNothingIsKnown() {
        assertThat(AutoMode.of(PageSurvey.unknown(800, 600))).isEqualTo(Mode.BASE);
    }

    @Test
    void estimatesTheTokensOfADrawnPage() {
        PageSurvey page = survey(page(40, 0), 0);

        assertThat(page.lines()).isEqualTo(40);
        assertThat(page.quarterTurns()).isZero();
        // 40 lines of 60 characters, of which 46 are ink: 2,400 characters are 500 to 700 tokens of English
        assertThat(page.textTokens()).isBetween(450, 750);
        assertThat(page.blank()).isFalse();
    }

    @Test
    void seesWhichWayUpAPageIsAndTheSameText() {
        RgbImage upright = page(40, 0);
        int tokens = survey(upright, 0).textTokens();
        for (int turns = 1; turns <= 3; turns++) {
            PageSurvey page = survey(upright, 4 - turns);

            assertThat(page.quarterTurns()).isEqualTo(turns);
            assertThat(page.textTokens()).isBetween((int) (0.9 * tokens), (int) (1.1 * tokens));
        }
    }

    @Test
    void takesAPageForBlankThatShowsNothingButTheOtherSide() {
        assertThat(survey(page(0, 0), 0).blank()).isTrue();
        assertThat(survey(page(40, 235), 0).blank()).as("show-through").isTrue();
        assertThat(survey(page(1, 0), 0).blank()).isFalse();
    }

    private static PageSurvey survey(RgbImage page, int turns) {
        RgbImage turned = page.turned(turns);
        GrayImage gray = turned.toGray();
        return PageSurvey.of(new LineFinder().find(gray), gray.width(), gray.height());
    }

    private static RgbImage page(int lines, int ink) {
        BufferedImage image = new BufferedImage(1240, 1754, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, image.getWidth(), image.getHeight());
        pen.setColor(new Color(ink, ink, ink));
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 30));
        for (int line = 0; line < lines; line++) {
            pen.drawString("some of us see a man on a hill as we come near our own homes", 100, 100 + 40 * line);
        }
        pen.dispose();
        byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
        byte[] gray = GrayImage.of(image).pixels();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = gray[i / 3];
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }
}
