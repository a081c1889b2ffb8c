# RMSNorm, rotary positions and plain multi-head attention of the decoder; SPEC section 8.
# B = sequences, T = positions, N = heads, d = head width. The cache is P blocks of L positions, of which the first U are
# in use; M = blocks of the sequence that fills most.
class Attention(Module):
  heads : int
  rope_theta : float
  norm_eps : float

  q_weight : List[Tensor]    # model.layers.{i}.self_attn.q_proj.weight
  k_weight : List[Tensor]    # model.layers.{i}.self_attn.k_proj.weight
  v_weight : List[Tensor]    # model.layers.{i}.self_attn.v_proj.weight
  o_weight : List[Tensor]    # model.layers.{i}.self_attn.o_proj.weight
  cache_k : List[Tensor]     # one a layer, (P, N, L, d), keys after RoPE
  cache_v : List[Tensor]

  def rms_norm(self, x: Tensor, weight: Tensor) -> Tensor:
    f = x.to(6)
    f = f * torch.rsqrt(torch.mean(f * f, [-1], True) + self.norm_eps)
    return f.to(x.dtype) * weight.to(x.dtype)

  # positions (B, T) -> cos, sin (B, 1, T, d / 2), computed in float32
  def rotary(self, positions: Tensor, d: int) -> Tuple[Tensor, Tensor]:
    half = d // 2
    steps = torch.arange(half, dtype=6, device=positions.device)
    inverse = torch.exp(steps * (-2.0 * torch.log(self.rope_theta) / float(d)))
    angle = positions.to(6).unsqueeze(-1) * inverse
    return (torch.cos(angle).unsqueeze(1).to(self.compute), torch.sin(angle).unsqueeze(1).to(self.compute))

  # rotates half-split pairs: x (B, N, T, d)
  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.size(-1) // 2
    a = x[:, :, :, 0:half]
    b = x[:, :, :, half:]
    c = cos.to(x.dtype)
    s = sin.to(x.dtype)
    return torch.cat([a * c - b * s, b * c + a * s], -1)

  # x (B, T, H) -> (B, N, T, d)
  def split_heads(self, x: Tensor) -> Tensor:
    return x.view([x.size(0), x.size(1), self.heads, -1]).transpose(1, 2)

  def merge_heads(self, x: Tensor) -> Tensor:
    return x.transpose(1, 2).reshape([x.size(0), x.size(2), -1])

  # x (B, T, H) -> q, k, v, each (B, N, T, d), q and k rotated
  def query_key_value(self, x: Tensor, i: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    q = self.rotate(self.split_heads(self.linear(x, self.q_weight[i])), cos, sin)
    k = self.rotate(self.split_heads(self.linear(x, self.k_weight[i])), cos, sin)
    return (q, k, self.split_heads(self.linear(x, self.v_weight[i])))

  # attention by plain products, which beat libtorch's fused kernel where there are few queries: bias hides the future
  def attend_plainly(self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    b = q.size(0)
    n = q.size(1)
    scaled = (q * (1.0 / torch.sqrt(float(q.size(3))))).flatten(0, 1)
    score = torch.bmm(scaled, k.flatten(0, 1).transpose(1, 2)).view([b, n, q.size(2), k.size(2)]) + bias
    return torch.bmm(torch.softmax(score, -1).flatten(0, 1), v.flatten(0, 1)).view(q.size())

  # whole prompts of one length. Keys and values go to the blocks from first on, as many in a row for each sequence as T
  # positions fill; first < 0 keeps nothing
  def attend_prompt(self, x: Tensor, i: int, cos: Tensor, sin: Tensor, first: int) -> Tensor:
    q, k, v = self.query_key_value(x, i, cos, sin)
    if first >= 0:
      self.keep_prompt(k, self.cache_k[i], first)
      self.keep_prompt(v, self.cache_v[i], first)
    if x.size(1) <= 256 and not self.fused:
      future = torch.full([x.size(1), x.size(1)], -inf, dtype=q.dtype, device=q.device).triu(1)
      y = self.attend_plainly(q, k, v, future)
    else:
      y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
    return self.linear(self.merge_heads(y), self.o_weight[i])

  # x (B, N, T, d) of whole prompts to the blocks from first on
  def keep_prompt(self, x: Tensor, cache: Tensor, first: int) -> int:
    b = x.size(0)
    t = x.size(2)
    l = cache.size(2)
    m = (t + l - 1) // l
    blocks = cache[first:first + b * m].view([b, m, x.size(1), l, x.size(3)])
    for j in range(m):
      piece = x[:, :, j * l:(j + 1) * l]
      blocks[:, j, :, 0:piece.size(2)] = piece
    return b * m

  # attention over blocks where they lie: one product over all U in use, the softmax of a sequence over all of its own.
  # table (B, M): blocks of each sequence in turn, filled up with any; owner (U): whose each is; entry (U): where the
  # table names it. bias (B, 1, T, M * L) hides the future, and what only fills up
  def attend_blocks(self, q: Tensor, keys: Tensor, values: Tensor, bias: Tensor, table: Tensor, owner: Tensor, entry: Tensor) -> Tensor:
    b = q.size(0)
    n = q.size(1)
    t = q.size(2)
    u = owner.size(0)
    m = table.size(1)
    l = keys.size(2)
    scaled = (q * (1.0 / torch.sqrt(float(q.size(3))))).index_select(0, owner).flatten(0, 1)        # (U * N, T, d)
    score = torch.bmm(scaled, keys[0:u].flatten(0, 1).transpose(1, 2)).view([u, -1])
    score = score.index_select(0, table.flatten()).view([b, m, n, t, l]).permute([0, 2, 3, 1, 4])
    share = torch.softmax(score.reshape([b, n, t, m * l]) + bias, -1).view([b, n, t, m, l]).permute([0, 3, 1, 2, 4])
    share = share.reshape([b * m, -1]).index_select(0, entry).view([u * n, t, l])
    part = torch.bmm(share, values[0:u].flatten(0, 1)).view([u, -1])
    y = torch.zeros([b, part.size(1)], dtype=6, device=q.device).index_add(0, owner, part.to(6))
    return y.to(q.dtype).view(q.size())

  # new places of each sequence: x (B, T, H); places (B, T), bias (B, 1, T, L') hides the future. Sequence b fills block b
  # alone, or blocks says where it lies: table, owner, entry as above, block and offset (B, T) of each place
  def attend_next(self, x: Tensor, i: int, cos: Tensor, sin: Tensor, places: Tensor, bias: Tensor, blocks: List[Tensor]) -> Tensor:
    b = x.size(0)
    q, k, v = self.query_key_value(x, i, cos, sin)
    if len(blocks) > 0:
      self.cache_k[i][blocks[3], :, blocks[4]] = k.transpose(1, 2)
      self.cache_v[i][blocks[3], :, blocks[4]] = v.transpose(1, 2)
      y = self.attend_blocks(q, self.cache_k[i], self.cache_v[i], bias.to(q.dtype), blocks[0], blocks[1], blocks[2])
    else:
      length = bias.size(3)
      rows = torch.arange(b, dtype=4, device=x.device).unsqueeze(1)
      self.cache_k[i][rows, :, places] = k.transpose(1, 2)
      self.cache_v[i][rows, :, places] = v.transpose(1, 2)
      keys = self.cache_k[i][0:b, :, 0:length]
      values = self.cache_v[i][0:b, :, 0:length]
      y = self.attend_plainly(q, keys, values, bias.to(q.dtype))
    return self.linear(self.merge_heads(y), self.o_weight[i])

  # a new cache in place of any before. It is filled with zeros: what is hidden is multiplied with 0, and must be a number
  def make_cache(self, blocks: int, length: int, width: int) -> int:
    self.cache_k = annotate(List[Tensor], [])
    self.cache_v = annotate(List[Tensor], [])
    shape = [blocks, self.heads, length, width // self.heads]
    for i in range(len(self.q_weight)):
      self.cache_k.append(torch.zeros(shape, dtype=self.compute, device=self.q_weight[0].device))
      self.cache_v.append(torch.zeros(shape, dtype=self.compute, device=self.q_weight[0].device))
    return length

  # the first positions of a block take those of another, which its sequence leaves
  def move_block(self, source: int, target: int, length: int) -> int:
    for i in range(len(self.cache_k)):
      self.cache_k[i][target, :, 0:length] = self.cache_k[i][source, :, 0:length]
      self.cache_v[i][target, :, 0:length] = self.cache_v[i][source, :, 0:length]
    return target
