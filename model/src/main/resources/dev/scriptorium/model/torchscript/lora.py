# Low-rank adapters beside the weights they adapt: y = W x + B (share * (A x)). All loaded adapters are stacked, R = their
# ranks together. A row's share of a rank is its own adapter's scale, and 0 in the ranks of the others.
class Lora(Module):
  lora_number : Dict[Tensor,int]    # of each adapted weight
  lora_a : List[Tensor]             # by number, (R, in)
  lora_b : List[Tensor]             # by number, (out, R)
  lora_share : List[Tensor]         # at most one: (R) for all rows alike, or (rows, R); none reads with the base model
  lora_batch : List[Tensor]         # at most one: lora_share of the whole batch where its sequences differ, (B, R)

  # y = W x of the base model; x (..., in) -> y with the adapters' part
  def adapted(self, y: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    if weight in self.lora_number:
      k = self.lora_number[weight]
      low = torch.linear(x.to(self.compute), self.lora_a[k].to(self.compute)) * self.share_of(x)
      y = y + torch.linear(low, self.lora_b[k].to(self.compute))
    return y

  # (R), (rows, R) or (B, 1, R), whichever x multiplies with
  def share_of(self, x: Tensor) -> Tensor:
    share = self.lora_share[0]
    if share.dim() == 2:
      if x.dim() == 3:
        share = share.unsqueeze(1)
      elif x.size(0) != share.size(0):
        share = share.repeat_interleave(x.size(0) // share.size(0), 0)
    return share

  # an expert sees only some of the rows: their shares go with them
  def share_follows(self, rows: Tensor, of: int) -> int:
    if len(self.lora_batch) > 0:
      share = self.lora_batch[0]
      self.lora_share = [share.index_select(0, torch.floor_divide(rows, of // share.size(0)))]
    return len(self.lora_batch)

  def share_returns(self) -> int:
    if len(self.lora_batch) > 0:
      self.lora_share = [self.lora_batch[0]]
    return len(self.lora_batch)

  # A and B of all loaded adapters, one pair a weight, already in the compute dtype
  def load_adapters(self, weights: List[Tensor], a: List[Tensor], b: List[Tensor]) -> int:
    self.lora_number.clear()
    for k in range(len(weights)):
      self.lora_number[weights[k]] = k
    self.lora_a = a
    self.lora_b = b
    self.lora_share = annotate(List[Tensor], [])
    self.lora_batch = annotate(List[Tensor], [])
    return len(weights)

  # share (R) of every sequence to come, or (B, R) of each in turn; no tensor for the base model. Kept as a copy:
  # a tensor made of a Java array lies in the array's memory, which is gone after the call
  def share_adapters(self, share: List[Tensor]) -> int:
    self.lora_share = annotate(List[Tensor], [])
    self.lora_batch = annotate(List[Tensor], [])
    if len(share) > 0:
      kept = share[0].clone()
      self.lora_share = [kept]
      if kept.dim() == 2:
        self.lora_batch = [kept]
    return len(share)

  # side by side: A of several adapters (r_k, in) -> (R, in), B (out, r_k) -> (out, R)
  def stack_ranks(self, parts: List[Tensor], axis: int) -> Tensor:
    return torch.cat(parts, axis)

  # W + scale * B A, summed in float32 and rounded once
  def merged(self, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
    return (weight.to(6) + torch.matmul(b.to(6), a.to(6)) * scale).to(weight.dtype)
