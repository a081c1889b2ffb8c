# Training of one adapter. B = pictures, T = positions of the longest prompt with its answer, V = vision tokens,
# W = vocabulary, N = all numbers of the adapter in a row: A (r, in), then B (out, r), weight after weight.
class Finetuning(Module):
  numbers : List[Tensor]      # one: (N), float32; lora_a and lora_b are its parts
  gradient : List[Tensor]     # one: (N), summed over the pictures of a step

  # makes A and B of every weight from numbers
  def train_adapter(self, weights: List[Tensor], numbers: Tensor, rank: int, scale: float) -> int:
    a = annotate(List[Tensor], [])
    b = annotate(List[Tensor], [])
    at = 0
    for w in weights:
      n = rank * w.size(1)
      a.append(numbers[at:at + n].view([rank, w.size(1)]).detach().requires_grad_(True))
      at = at + n
      n = w.size(0) * rank
      b.append(numbers[at:at + n].view([w.size(0), rank]).detach().requires_grad_(True))
      at = at + n
    self.load_adapters(weights, a, b)
    self.share_adapters([torch.full([rank], scale, dtype=self.compute, device=numbers.device)])
    self.numbers = [numbers]
    self.gradient = [torch.zeros_like(numbers)]
    return at

  # known (B, T), 1 where a position is no padding -> which keys each query sees (B, 1, T, T)
  def visible(self, known: Tensor) -> Tensor:
    t = known.size(1)
    past = torch.ones([t, t], dtype=11, device=known.device).tril()
    return torch.logical_and(past.view([1, 1, t, t]), known.view([known.size(0), 1, 1, t]) > 0)

  # the layers over whole sequences, and the sum of the layers' balance: x (B, T, H)
  def train_layers(self, x: Tensor, known: Tensor) -> Tuple[Tensor, Tensor]:
    b = x.size(0)
    t = x.size(1)
    positions = torch.arange(t, dtype=4, device=x.device).unsqueeze(0)
    cos, sin = self.rotary(positions, x.size(2) // self.heads)
    seen = self.visible(known)
    uneven = torch.zeros([], dtype=6, device=x.device)
    for i in range(len(self.input_norm)):
      q, k, v = self.query_key_value(self.rms_norm(x, self.input_norm[i]), i, cos, sin)
      y = torch.scaled_dot_product_attention(q, k, v, seen)
      x = x + self.linear(self.merge_heads(y), self.o_weight[i])
      y = self.rms_norm(x, self.post_norm[i])
      if i < self.dense_layers:
        x = x + self.swiglu(y, self.dense_gate[i], self.dense_up[i], self.dense_down[i])
      else:
        m = i - self.dense_layers
        flat = y.reshape([-1, y.size(2)])
        probabilities = self.route(flat, m)
        weight, expert = self.choose(probabilities)
        x = x + self.mix(flat, m, weight, expert).view(x.size())
        uneven = uneven + self.balance(probabilities.view([b, t, -1]), expert.view([b, -1]))
    return (x, uneven)

  # vision (B, V, H) takes the places from first on: ids (B, T), known (B, T) -> hidden states (B, T, H), balance
  def train_states(self, vision: Tensor, ids: Tensor, known: Tensor, first: int) -> Tuple[Tensor, Tensor]:
    text = self.embed(ids)
    x = torch.cat([text[:, 0:first], vision.to(text.dtype), text[:, first + vision.size(1):]], 1)
    return self.train_layers(x, known)

  # states (B, T, H), labels (B, T), -100 where nothing is learned: position t should say labels[t + 1]. Sum over all
  # labels; logits are made for these positions only, since a vocabulary may be as wide as a hundred hidden states
  def answer_loss(self, states: Tensor, labels: Tensor) -> Tensor:
    t = labels.size(1)
    next = labels[:, 1:].reshape([-1])
    at = torch.nonzero(next != -100).squeeze(1)
    taught = self.whole_rows(states[:, 0:t - 1].reshape([-1, states.size(2)]).index_select(0, at))
    says = self.logits(taught)[0:at.size(0)]
    return torch.cross_entropy_loss(says, next.index_select(0, at), None, 2, -100, 0.)

  # adds to the gradient that of loss; matrices that loss does not depend on get none
  def add_gradient(self, loss: Tensor) -> int:
    leaves = annotate(List[Tensor], [])
    for k in range(len(self.lora_a)):
      leaves.append(self.lora_a[k])
      leaves.append(self.lora_b[k])
    found = torch.grad([loss], leaves, None, None, False, True)
    at = 0
    for k in range(len(leaves)):
      n = leaves[k].numel()
      g = found[k]
      if g is not None:
        self.gradient[0][at:at + n].add_(unchecked_cast(Tensor, g).flatten())
      at = at + n
    return at

  # pixels (B, 3, H, W); total: labels of the whole step, which may have several of these calls -> summed loss
  def learn(self, pixels: Tensor, ids: Tensor, known: Tensor, labels: Tensor, first: int, total: int,
      balance_weight: float) -> List[Tensor]:
    states, uneven = self.train_states(self.lay_out(self.encode(pixels)), ids, known, first)
    loss = self.answer_loss(states, labels)
    self.add_gradient(loss / float(total) + balance_weight * uneven)
    return [loss.detach()]

  # logits (B, T, W) of what learn sees
  def train_logits(self, pixels: Tensor, ids: Tensor, known: Tensor, first: int) -> Tensor:
    states, uneven = self.train_states(self.lay_out(self.encode(pixels)), ids, known, first)
    return self.logits(states)

  # the same for a line model whose readers help: CTC losses are a mean over the batch, share is its part of the step
  def learn_with_readers(self, pixels: Tensor, ids: Tensor, known: Tensor, labels: Tensor, first: int, total: int,
      balance_weight: float, ctc_targets: Tensor, column_frames: List[int], token_frames: List[int], lengths: List[int],
      ctc_weight: float, share: float) -> List[Tensor]:
    neck = self.sam_neck(pixels)
    features = self.compress2(self.compress1(neck))
    tokens = self.vision_tokens(features)
    read = self.ctc_loss(self.ctc_columns(neck), ctc_targets, column_frames, lengths)
    read = read + self.ctc_loss(self.ctc_tokens(tokens), ctc_targets, token_frames, lengths)
    views = tokens.view([features.size(0), features.size(2), features.size(3), -1])
    states, uneven = self.train_states(self.lay_out(views), ids, known, first)
    loss = self.answer_loss(states, labels)
    self.add_gradient(loss / float(total) + balance_weight * uneven + ctc_weight * share * read)
    return [loss.detach(), read.detach()]

  # scales the gradient so that its norm is at most limit; returns the norm before
  def clip_gradient(self, limit: float) -> Tensor:
    g = self.gradient[0]
    norm = torch.sqrt(torch.sum(g * g))
    g.mul_(torch.clamp(limit / (norm + 1e-06), None, 1.0))
    return norm

  def whole_gradient(self) -> Tensor:
    return self.gradient[0]

  def forget_gradient(self) -> int:
    self.gradient[0].zero_()
    return self.gradient[0].numel()
