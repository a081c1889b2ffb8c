# SAM-B with window attention (reference: ImageEncoderViT), SPEC section 5.1 to 5.3.
# B = views, gh x gw = patch grid, D = channels, N = heads, d = D / N.
class SamEncoder(Module):
  sam_heads : int
  sam_patch : int
  sam_window_height : int
  sam_window_width : int
  sam_grid_height : int     # rows of the native grid
  sam_grid_width : int
  sam_global : List[int]    # 1 where the block attends to the whole grid
  sam_sliced : bool         # positions are cut from their tables instead of interpolated

  sam_patch_weight : List[Tensor]     # model.sam_model.patch_embed.proj.weight
  sam_patch_bias : List[Tensor]       # model.sam_model.patch_embed.proj.bias
  sam_positions : List[Tensor]        # model.sam_model.pos_embed
  sam_norm1_weight : List[Tensor]     # model.sam_model.blocks.{i}.norm1.weight
  sam_norm1_bias : List[Tensor]       # model.sam_model.blocks.{i}.norm1.bias
  sam_qkv_weight : List[Tensor]       # model.sam_model.blocks.{i}.attn.qkv.weight
  sam_qkv_bias : List[Tensor]         # model.sam_model.blocks.{i}.attn.qkv.bias
  sam_proj_weight : List[Tensor]      # model.sam_model.blocks.{i}.attn.proj.weight
  sam_proj_bias : List[Tensor]        # model.sam_model.blocks.{i}.attn.proj.bias
  sam_rel_pos_h : List[Tensor]        # model.sam_model.blocks.{i}.attn.rel_pos_h
  sam_rel_pos_w : List[Tensor]        # model.sam_model.blocks.{i}.attn.rel_pos_w
  sam_norm2_weight : List[Tensor]     # model.sam_model.blocks.{i}.norm2.weight
  sam_norm2_bias : List[Tensor]       # model.sam_model.blocks.{i}.norm2.bias
  sam_lin1_weight : List[Tensor]      # model.sam_model.blocks.{i}.mlp.lin1.weight
  sam_lin1_bias : List[Tensor]        # model.sam_model.blocks.{i}.mlp.lin1.bias
  sam_lin2_weight : List[Tensor]      # model.sam_model.blocks.{i}.mlp.lin2.weight
  sam_lin2_bias : List[Tensor]        # model.sam_model.blocks.{i}.mlp.lin2.bias

  # pixels (B, 3, H, W) -> (B, gh, gw, D)
  def sam_patch_embed(self, pixels: Tensor) -> Tensor:
    p = self.sam_patch
    x = torch.conv2d(pixels.to(self.compute), self.sam_patch_weight[0].to(self.compute), self.sam_patch_bias[0].to(self.compute), [p, p])
    return x.permute([0, 2, 3, 1]).contiguous()

  # adds the absolute positions: (B, gh, gw, D)
  def sam_add_positions(self, x: Tensor) -> Tensor:
    h = x.size(1)
    w = x.size(2)
    table = self.sam_positions[0]     # (1, native gh, native gw, D)
    if self.sam_sliced:
      table = table[:, 0:h, 0:w]
    elif h != table.size(1) or w != table.size(2):
      big = table.to(6).permute([0, 3, 1, 2])
      table = torch._upsample_bicubic2d_aa(big, [h, w], False, None, None).permute([0, 2, 3, 1])
    return x + table.to(x.dtype)

  # rows for every query and key coordinate: table (2m-1, d) -> (n, n, d), R[i, j] = table[i - j + n - 1]
  def sam_relative(self, table: Tensor, n: int, native: int) -> Tensor:
    rows = 2 * n - 1
    t = table
    if self.sam_sliced:
      t = table[native - n:native + n - 1]
    elif t.size(0) != rows:
      t = torch.upsample_linear1d(t.to(6).t().unsqueeze(0), [rows], False, None).squeeze(0).t()
    at = torch.arange(n, dtype=4, device=t.device)
    index = at.unsqueeze(1) - at.unsqueeze(0) + (n - 1)
    return t.index_select(0, index.reshape([-1])).view([n, n, t.size(1)])

  # decomposed relative positions with the UNSCALED q. q (M, h*w, d), M = windows x heads -> (M, h, w, h), (M, h, w, w)
  # the rows of all windows go through one product a coordinate
  def sam_bias(self, q: Tensor, i: int, h: int, w: int, native_h: int, native_w: int) -> Tuple[Tensor, Tensor]:
    m = q.size(0)
    rh = self.sam_relative(self.sam_rel_pos_h[i], h, native_h).to(q.dtype)
    rw = self.sam_relative(self.sam_rel_pos_w[i], w, native_w).to(q.dtype)
    grid = q.view([m, h, w, q.size(2)])
    by_row = grid.permute([1, 0, 2, 3]).reshape([h, m * w, q.size(2)])
    by_column = grid.permute([2, 0, 1, 3]).reshape([w, m * h, q.size(2)])
    along_h = torch.bmm(by_row, rh.transpose(1, 2)).view([h, m, w, h]).permute([1, 0, 2, 3])
    along_w = torch.bmm(by_column, rw.transpose(1, 2)).view([w, m, h, w]).permute([1, 2, 0, 3])
    return (along_h, along_w)

  # positions as further channels: with a key's share of them a query's product picks its numbers for the key's row and
  # column. scaled, k (M, s, d) -> (M, s, c), (M, s, c), c = d + h + w and zeros up to a multiple of step
  def sam_riding(self, scaled: Tensor, k: Tensor, along_h: Tensor, along_w: Tensor, step: int) -> Tuple[Tensor, Tensor]:
    m = k.size(0)
    s = k.size(1)
    h = along_h.size(3)
    w = along_w.size(3)
    rest = (step - (k.size(2) + h + w) % step) % step
    rows = torch.eye(h, dtype=k.dtype, device=k.device).repeat_interleave(w, 0)
    columns = torch.eye(w, dtype=k.dtype, device=k.device).repeat([h, 1])
    places = torch.constant_pad_nd(torch.cat([rows, columns], 1), [0, rest])
    zeros = torch.zeros([], dtype=k.dtype, device=k.device).expand([m, s, rest])
    queries = torch.cat([scaled, along_h.reshape([m, s, h]), along_w.reshape([m, s, w]), zeros], 2)
    return (queries, torch.cat([k, places.unsqueeze(0).expand([m, s, h + w + rest])], 2))

  # one head of a large grid, some rows of queries at a time: their scores stay in the processor's cache
  def sam_attend_rows(self, scaled: Tensor, k: Tensor, v: Tensor, along_h: Tensor, along_w: Tensor) -> Tensor:
    h = along_h.size(2)
    w = along_w.size(2)
    step = max(1, 256 // w)
    parts = annotate(List[Tensor], [])
    for at in range(0, h, step):
      end = min(h, at + step)
      score = torch.matmul(scaled[at * w:end * w], k.transpose(0, 1)).view([end - at, w, h, w])
      score = score.add_(along_h[at:end].unsqueeze(3)).add_(along_w[at:end].unsqueeze(2))
      parts.append(torch.matmul(torch.softmax(score.view([-1, h * w]), -1), v))
    return torch.cat(parts)

  # q, k, v (M, s, d), s = h * w places of a window -> (M, s, d)
  def sam_attend(self, q: Tensor, k: Tensor, v: Tensor, i: int, h: int, w: int, native_h: int, native_w: int) -> Tensor:
    m = q.size(0)
    s = h * w
    d = q.size(2)
    along_h, along_w = self.sam_bias(q, i, h, w, native_h, native_w)
    scaled = q * (1.0 / torch.sqrt(float(d)))
    if h + w <= 16:
      queries, keys = self.sam_riding(scaled, k, along_h, along_w, 1)
      return torch.bmm(torch.softmax(torch.bmm(queries, keys.transpose(1, 2)), -1), v)
    if self.tiles or self.fused:
      queries, keys = self.sam_riding(scaled, k, along_h, along_w, 32)
      values = torch.constant_pad_nd(v, [0, keys.size(2) - d])
      y = torch.scaled_dot_product_attention(queries.unsqueeze(0), keys.unsqueeze(0), values.unsqueeze(0), None, 0., False, scale=1.0)
      return y[0, :, :, 0:d]
    if s > 1024:
      heads = annotate(List[Tensor], [])
      for j in range(m):
        heads.append(self.sam_attend_rows(scaled[j], k[j], v[j], along_h[j], along_w[j]))
      return torch.stack(heads)
    # a view's heads at a time: their scores stay in the processor's cache
    n = self.sam_heads
    views = annotate(List[Tensor], [])
    for j in range(m // n):
      at = j * n
      end = at + n
      score = torch.bmm(scaled[at:end], k[at:end].transpose(1, 2)).view([n, h, w, h, w])
      score = score.add_(along_h[at:end].unsqueeze(4)).add_(along_w[at:end].unsqueeze(3))
      views.append(torch.bmm(torch.softmax(score.view([n, s, s]), -1), v[at:end]))
    return torch.cat(views)

  # attention inside windows of wh x ww, of which x (B, h, w, D) holds a whole number -> (B, h, w, D)
  def sam_attention(self, x: Tensor, i: int, wh: int, ww: int, native_h: int, native_w: int) -> Tensor:
    b = x.size(0)
    nh = x.size(1) // wh
    nw = x.size(2) // ww
    n = self.sam_heads
    d = x.size(3) // n
    qkv = self.linear_bias(x, self.sam_qkv_weight[i], self.sam_qkv_bias[i])
    parts = qkv.view([b, nh, wh, nw, ww, 3, n, d]).permute([5, 0, 1, 3, 6, 2, 4, 7]).reshape([3, b * nh * nw * n, wh * ww, d])
    q = parts[0]
    k = parts[1]
    v = parts[2]
    y = self.sam_attend(q, k, v, i, wh, ww, native_h, native_w)
    y = y.reshape([b, nh, nw, n, wh, ww, d]).permute([0, 1, 4, 2, 5, 3, 6]).reshape([b, nh * wh, nw * ww, n * d])
    return self.linear_bias(y, self.sam_proj_weight[i], self.sam_proj_bias[i])

  # cuts the zero-padded grid into windows and attends inside each; padded places take part as keys
  def sam_window_attention(self, x: Tensor, i: int) -> Tensor:
    h = x.size(1)
    w = x.size(2)
    wh = self.sam_window_height
    ww = self.sam_window_width
    down = (wh - h % wh) % wh
    right = (ww - w % ww) % ww
    if down > 0 or right > 0:
      x = torch.constant_pad_nd(x, [0, 0, 0, right, 0, down])
    return self.sam_attention(x, i, wh, ww, wh, ww)[:, 0:h, 0:w]

  # x (B, gh, gw, D) -> the same
  def sam_block(self, x: Tensor, i: int) -> Tensor:
    y = self.layer_norm(x, self.sam_norm1_weight[i], self.sam_norm1_bias[i], 1e-06)
    if self.sam_global[i] == 1:
      x = x + self.sam_attention(y, i, y.size(1), y.size(2), self.sam_grid_height, self.sam_grid_width)
    else:
      x = x + self.sam_window_attention(y, i)
    y = self.layer_norm(x, self.sam_norm2_weight[i], self.sam_norm2_bias[i], 1e-06)
    y = self.linear_gelu(y, self.sam_lin1_weight[i], self.sam_lin1_bias[i])
    return x + self.linear_bias(y, self.sam_lin2_weight[i], self.sam_lin2_bias[i])
