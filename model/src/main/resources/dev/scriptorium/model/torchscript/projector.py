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

  # a picture (h, w, H) becomes h rows, each followed by image_newline: (h * (w + 1), H)
  def rows_with_newlines(self, picture: Tensor) -> Tensor:
    h = picture.size(0)
    newline = self.image_newline[0].to(picture.dtype).view([1, 1, -1]).expand([h, 1, picture.size(2)])
    return torch.cat([picture, newline], 1).reshape([-1, picture.size(2)])

  # tiles (r * c, s * s, H), row-major -> one picture (r * s, c * s, H)
  def join_tiles(self, tiles: Tensor, columns: int, rows: int) -> Tensor:
    side = int(torch.sqrt(float(tiles.size(1))) + 0.5)
    x = tiles.view([rows, columns, side, side, -1]).permute([0, 2, 1, 3, 4])
    return x.reshape([rows * side, columns * side, -1])

  # global view (h, w, H) alone: rows, then the separator
  def lay_out(self, view: Tensor) -> Tensor:
    return torch.cat([self.rows_with_newlines(view), self.view_separator[0].to(view.dtype).view([1, -1])])

  # tiles first, then the global view, then the separator
  def lay_out_tiled(self, view: Tensor, tiles: Tensor, columns: int, rows: int) -> Tensor:
    return torch.cat([self.rows_with_newlines(self.join_tiles(tiles, columns, rows)), self.lay_out(view)])
