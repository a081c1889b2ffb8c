package dev.scriptorium.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.image.TileGrid;
import java.io.IOException;

/** Chooses the tiles for pages of many shapes, with up to 9 and up to 6 tiles. */
final class TileGridCheck implements Check {
    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        for (JsonNode page : golden.json("tiles_golden.json")) {
            int width = golden.at(page, "width").asInt();
            int height = golden.at(page, "height").asInt();
            String place = "page of " + width + " x " + height;
            for (int most : new int[] {9, 6}) {
                JsonNode grid = golden.at(page, "max" + most);
                TileGrid expected =
                        new TileGrid(grid.path(0).asInt(), grid.path(1).asInt());
                findings.equal(
                        Aspect.TILE_GRIDS,
                        place + ", closest of at most " + most + " tiles",
                        expected,
                        TileGrid.closest(width, height, most));
                findings.equal(
                        Aspect.TILE_GRIDS,
                        place + ", at most " + most + " tiles",
                        golden.at(page, "cropped").asBoolean() ? expected : TileGrid.WHOLE,
                        TileGrid.of(width, height, most));
            }
        }
    }
}
