# RMSNorm, rotary positions and plain multi-head attention of the decoder; SPEC section 8.
# B = sequences, T = positions, N = heads, d = head width, S = cache slots, L = cache length.
class Attention(Module):
  heads : int
  rope_theta : float
  norm_eps : float

  q_weight : List[Tensor]    # model.layers.{i}.self_attn.q_proj.weight
  k_weight : List[Tensor]    # model.layers.{i}.self_attn.k_proj.weight
  v_weight : List[Tensor]    # model.layers.{i}.self_attn.v_proj.weight
  o_weight : List[Tensor]    # model.layers.{i}.self_attn.o_proj.weight
  cache_k : List[Tensor]     # one a layer, (S, N, L, d), keys after RoPE
  cache_v : List[Tensor]

  def rms_norm(self, x: Tensor, weight: Tensor) -> Tensor:
    f = x.to(6)
    f = f * torch.rsqrt(torch.mean(f * f, [-1], True) + self.norm_eps)
    return f.to(x.dtype) * weight.to(x.dtype)

  # positions (B, T) -> cos, sin (B, 1, T, d / 2) in float32
  def rotary(self, positions: Tensor, d: int) -> Tuple[Tensor, Tensor]:
    half = d // 2
    steps = torch.arange(half, dtype=6, device=positions.device)
    inverse = torch.exp(steps * (-2.0 * torch.log(self.rope_theta) / float(d)))
    angle = positions.to(6).unsqueeze(-1) * inverse
    return (torch.cos(angle).unsqueeze(1), torch.sin(angle).unsqueeze(1))

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

  # whole prompts of one length. Keys and values go to slots first .. first + B - 1; first < 0 keeps nothing
  def attend_prompt(self, x: Tensor, i: int, cos: Tensor, sin: Tensor, first: int) -> Tensor:
    q, k, v = self.query_key_value(x, i, cos, sin)
    if first >= 0:
      b = x.size(0)
      t = x.size(1)
      self.cache_k[i][first:first + b, :, 0:t] = k
      self.cache_v[i][first:first + b, :, 0:t] = v
    if x.size(1) <= 256:
      future = torch.full([x.size(1), x.size(1)], -inf, dtype=q.dtype, device=q.device).triu(1)
      y = self.attend_plainly(q, k, v, future)
    else:
      y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
    return self.linear(self.merge_heads(y), self.o_weight[i])

  # new places of each sequence: x (B, T, H), sequence b lives in slot b; places (B, T), bias (B, 1, T, L') hides the future
  def attend_next(self, x: Tensor, i: int, cos: Tensor, sin: Tensor, places: Tensor, bias: Tensor) -> Tensor:
    b = x.size(0)
    length = bias.size(3)
    q, k, v = self.query_key_value(x, i, cos, sin)
    slots = torch.arange(b, dtype=4, device=x.device).unsqueeze(1)
    self.cache_k[i][slots, :, places] = k.transpose(1, 2)
    self.cache_v[i][slots, :, places] = v.transpose(1, 2)
    keys = self.cache_k[i][0:b, :, 0:length]
    values = self.cache_v[i][0:b, :, 0:length]
    return self.linear(self.merge_heads(self.attend_plainly(q, keys, values, bias.to(q.dtype))), self.o_weight[i])

  # room for slots sequences of length positions each; what the cache held stays
  def grow_cache(self, slots: int, length: int, width: int) -> int:
    for i in range(len(self.q_weight)):
      shape = [slots, self.heads, length, width // self.heads]
      k = torch.zeros(shape, dtype=self.compute, device=self.q_weight[0].device)
      v = torch.zeros(shape, dtype=self.compute, device=self.q_weight[0].device)
      if i < len(self.cache_k):
        n = self.cache_k[i].size(0)
        old = self.cache_k[i].size(2)
        k[0:n, :, 0:old] = self.cache_k[i]
        v[0:n, :, 0:old] = self.cache_v[i]
        self.cache_k[i] = k
        self.cache_v[i] = v
      else:
        self.cache_k.append(k)
        self.cache_v.append(v)
    return length

  # the last running sequence takes the place of one that left
  def move_slot(self, source: int, target: int, length: int) -> int:
    for i in range(len(self.cache_k)):
      self.cache_k[i][target, :, 0:length] = self.cache_k[i][source, :, 0:length]
      self.cache_v[i][target, :, 0:length] = self.cache_v[i][source, :, 0:length]
    return target
