package dev.scriptorium.model.engine;

import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import java.util.Objects;

/** What a sequence looks at. */
sealed interface Picture {

    /** Size and tiles: pictures of one shape can be encoded in one batch; others cannot. */
    Shape shape();

    /** Pixels of all its views. */
    long pixels();

    /**
     * How large a picture is.
     *
     * @param width pixels of the canvas
     * @param height pixels of the canvas
     * @param columns tiles side by side; 1 where there are none
     * @param rows tiles above one another; 1 where there are none
     */
    record Shape(int width, int height, int columns, int rows) {}

    /** A text line. */
    record Line(LineCanvas canvas) implements Picture {
        public Line {
            Objects.requireNonNull(canvas, "canvas");
        }

        @Override
        public Shape shape() {
            return new Shape(canvas.paddedWidth(), canvas.height(), 1, 1);
        }

        @Override
        public long pixels() {
            return (long) canvas.paddedWidth() * canvas.height();
        }
    }

    /** A page in one view, or in one view and tiles. */
    record Page(PageViews views) implements Picture {
        public Page {
            Objects.requireNonNull(views, "views");
        }

        @Override
        public Shape shape() {
            return new Shape(views.global().width(), views.global().height(), views.columns(), views.rows());
        }

        @Override
        public long pixels() {
            return pixels(views.global())
                    + views.tiles().stream().mapToLong(Page::pixels).sum();
        }

        private static long pixels(RgbImage view) {
            return (long) view.width() * view.height();
        }
    }
}
