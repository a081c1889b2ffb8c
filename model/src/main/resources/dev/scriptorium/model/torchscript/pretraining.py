# One training step of a line model from images and texts. B = lines of one width, n = vision tokens of each,
# U = characters of the longest, V = vocabulary. Sequence: BOS, n vision tokens, newline, separator, characters, EOS.
class Pretraining(Module):
  bos : int
  guided_heads : int

  # pulls a few heads towards the place where the next character should stand: q, k (B, N, T, d), near (B, U + 1, n)
  def guide(self, q: Tensor, k: Tensor, near: Tensor, first: int) -> Tensor:
    g = self.guided_heads
    n = near.size(2)
    t = q.size(2)
    queries = q[:, 0:g, first:].to(6) * (1.0 / torch.sqrt(float(q.size(3))))
    score = torch.matmul(queries, k[:, 0:g].to(6).transpose(2, 3))
    future = torch.ones([t - first, t], dtype=11, device=q.device).triu(first + 1)
    share = torch.softmax(score.masked_fill(future, -inf), -1)[:, :, :, 1:1 + n]
    return 1.0 - torch.sum(share * near.unsqueeze(1), [-1])

  # pixels (B, 3, H, W), input ids (B, U), targets (B, U + 1) with -100 after EOS, near (B, U + 1, n), weights of the parts
  # -> total, cross-entropy, CTC on columns, CTC on tokens, guide, balance
  def losses(self, pixels: Tensor, ids: Tensor, targets: Tensor, near: Tensor, ctc_targets: Tensor, column_frames: List[int],
      token_frames: List[int], lengths: List[int], ctc_weight: float, guide_weight: float, balance_weight: float) -> List[Tensor]:
    neck = self.sam_neck(pixels)
    features = self.compress2(self.compress1(neck))
    tokens = self.vision_tokens(features)
    columns_loss = self.ctc_loss(self.ctc_columns(neck), ctc_targets, column_frames, lengths)
    tokens_loss = self.ctc_loss(self.ctc_tokens(tokens), ctc_targets, token_frames, lengths)
    b = ids.size(0)
    width = tokens.size(2)
    h = features.size(2)
    bos = self.embed(torch.full([b, 1], self.bos, dtype=4, device=ids.device))
    newline = self.image_newline[0].view([1, 1, 1, width]).expand([b, h, 1, width])
    rows = torch.cat([tokens.to(bos.dtype).view([b, h, -1, width]), newline], 2).flatten(1, 2)
    separator = self.view_separator[0].view([1, 1, width]).expand([b, 1, width])
    x = torch.cat([bos, rows, separator, self.embed(ids)], 1)
    first = 1 + rows.size(1)
    positions = torch.arange(x.size(1), dtype=4, device=x.device).unsqueeze(0)
    cos, sin = self.rotary(positions, width // self.heads)
    guide_loss = torch.zeros([], dtype=6, device=x.device)
    balance_loss = torch.zeros([], dtype=6, device=x.device)
    known = (targets >= 0).to(6)
    for i in range(len(self.input_norm)):
      y = self.rms_norm(x, self.input_norm[i])
      q, k, v = self.query_key_value(y, i, cos, sin)
      y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
      x = x + self.linear(self.merge_heads(y), self.o_weight[i])
      y = self.rms_norm(x, self.post_norm[i])
      if i < self.dense_layers:
        x = x + self.swiglu(y, self.dense_gate[i], self.dense_up[i], self.dense_down[i])
      else:
        m = i - self.dense_layers
        flat = y.reshape([-1, width])
        probabilities = self.route(flat, m)
        weight, expert = self.choose(probabilities)
        x = x + self.mix(flat, m, weight, expert).view(x.size())
        balance_loss = balance_loss + self.balance(probabilities.view([b, x.size(1), -1]), expert.view([b, -1]))
        if guide_weight > 0.0:
          apart = torch.mean(self.guide(q, k, near, first), [1]) * known
          guide_loss = guide_loss + torch.sum(apart) / torch.sum(known)
    logits = self.logits(x[:, first:])
    ce = torch.cross_entropy_loss(logits.reshape([-1, logits.size(2)]), targets.reshape([-1]), None, 1, -100, 0.)
    total = ce + ctc_weight * (columns_loss + tokens_loss) + guide_weight * guide_loss + balance_weight * balance_loss
    return [total, ce, columns_loss, tokens_loss, guide_loss, balance_loss]

  # one step of everything -> the six losses and the gradients' norm, as one vector
  def train_step(self, pixels: Tensor, ids: Tensor, targets: Tensor, near: Tensor, ctc_targets: Tensor, column_frames: List[int],
      token_frames: List[int], lengths: List[int], ctc_weight: float, guide_weight: float, balance_weight: float,
      clip: float, rate: float, decay: float, step: int) -> Tensor:
    parts = self.losses(pixels, ids, targets, near, ctc_targets, column_frames, token_frames, lengths, ctc_weight, guide_weight, balance_weight)
    gradients = self.gradients(parts[0])
    norm = self.clip_(gradients, clip)
    self.muon_(gradients, rate, decay)
    self.adamw_(gradients, rate, decay, step, 0.9, 0.98)
    return torch.stack(parts + [norm]).detach()
