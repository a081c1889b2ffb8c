# From both encoders to the decoder's embeddings, and how views are laid out in the sequence; SPEC section 7.
class Projector(Module):
  projector_weight : List[Tensor]    # model.projector.layers.weight
  projector_bias : List[Tensor]      # model.projector.layers.bias
  image_newline : List[Tensor]       # model.image_newline
  view_separator : List[Tensor]      # model.view_seperator

  # CLIP's tokens without the class token beside SAM's: (B, n, D + c2)
  def vision_concat(self, clip: Tensor, sam: Tensor) -> Tensor:
    return torch.cat([clip[:, 1:], sam.flatten(2).transpose(1, 2).to(clip.dtype)], -1)

  # (B, n, D + c2) -> (B, n, H)
  def project(self, x: Tensor) -> Tensor:
    return self.linear_bias(x, self.projector_weight[0], self.projector_bias[0])

  # pictures (B, h, w, H) become h rows, each followed by image_newline: (B, h * (w + 1), H)
  def rows_with_newlines(self, pictures: Tensor) -> Tensor:
    b = pictures.size(0)
    h = pictures.size(1)
    newline = self.image_newline[0].to(pictures.dtype).view([1, 1, 1, -1]).expand([b, h, 1, pictures.size(3)])
    return torch.cat([pictures, newline], 2).flatten(1, 2)

  # tiles (r * c, s, s, H) of one page, row-major -> one picture (1, r * s, c * s, H)
  def join_tiles(self, tiles: Tensor, columns: int, rows: int) -> Tensor:
    side = tiles.size(1)
    x = tiles.view([rows, columns, side, side, -1]).permute([0, 2, 1, 3, 4])
    return x.reshape([1, rows * side, columns * side, -1])

  # global views (B, h, w, H) alone: rows, then the separator
  def lay_out(self, views: Tensor) -> Tensor:
    separator = self.view_separator[0].to(views.dtype).view([1, 1, -1]).expand([views.size(0), 1, views.size(3)])
    return torch.cat([self.rows_with_newlines(views), separator], 1)

  # one page: its tiles first, then its global view (1, h, w, H), then the separator
  def lay_out_tiled(self, view: Tensor, tiles: Tensor, columns: int, rows: int) -> Tensor:
    return torch.cat([self.rows_with_newlines(self.join_tiles(tiles, columns, rows)), self.lay_out(view)], 1)

  # one batch of what was encoded apart: (1, ...) each
  def join(self, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts)

  # of what was encoded together, (B, ...) -> (1, ...)
  def one_of(self, batch: Tensor, i: int) -> Tensor:
    return batch[i:i + 1]
