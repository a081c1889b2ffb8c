# A layer's experts side by side, in few large products whose shapes do not depend on who was chosen: the host need not
# wait to hear how many tokens each expert has. For GPUs. M = tokens, H = hidden, E = experts, k = experts a token,
# I = an expert's width, R = ranks of all adapters, C = tokens that an expert has room for.
class GroupedExperts(Module):
  group_rows : int             # up to so many tokens every expert computes all of them

  group_gate_up : List[Tensor]     # one a MoE layer, (E, 2 I, H): of each expert gate, then up
  group_down : List[Tensor]        # (H, E * I)
  group_lora_in : List[Tensor]     # A of gate, then of up (E, 2 R, H); no lists where no expert is adapted
  group_lora_gate : List[Tensor]   # B, (E, R, I)
  group_lora_up : List[Tensor]     # B, (E, R, I)
  group_lora_mid : List[Tensor]    # A of down, (E, I, R)
  group_lora_down : List[Tensor]   # B, (H, E * R)

  # one layer's experts -> gate_up (E, 2 I, H), down (H, E * I)
  def group(self, gate: List[Tensor], up: List[Tensor], down: List[Tensor]) -> List[Tensor]:
    e = len(gate)
    i = gate[0].size(0)
    h = gate[0].size(1)
    gate_up = torch.empty([e, 2 * i, h], dtype=gate[0].dtype, device=gate[0].device)
    side_by_side = torch.empty([h, e * i], dtype=down[0].dtype, device=down[0].device)
    for j in range(e):
      gate_up[j, 0:i] = gate[j]
      gate_up[j, i:] = up[j]
      side_by_side[:, j * i:(j + 1) * i] = down[j]
    return [gate_up, side_by_side]

  # an expert's own matrices as views of its layer's: gate, up (I, H), down (H, I)
  def group_member(self, gate_up: Tensor, down: Tensor, e: int) -> List[Tensor]:
    i = gate_up.size(1) // 2
    return [gate_up[e, 0:i], gate_up[e, i:], down[:, e * i:(e + 1) * i]]

  # x (M, H), weight and expert (M, k) -> (M, H)
  def mix_grouped(self, x: Tensor, m: int, weight: Tensor, expert: Tensor) -> Tensor:
    if x.size(0) <= self.group_rows:
      y = self.mix_all(x.to(self.compute), m, weight, expert)
    else:
      y = self.mix_sorted(x.to(self.compute), m, weight, expert)
    shared = self.swiglu(x, self.shared_gate[m], self.shared_up[m], self.shared_down[m])
    return y.to(shared.dtype) + shared

  # every expert computes every token, a share of 0 leaves out who was not chosen, and the second product adds them up.
  # Reads each weight once, and more than a few tokens choose nearly all experts anyway
  def mix_all(self, x: Tensor, m: int, weight: Tensor, expert: Tensor) -> Tensor:
    e = self.experts
    i = self.group_down[m].size(1) // e
    adapts = self.group_adapts()
    share = torch.zeros([x.size(0), e], dtype=6, device=x.device).scatter(1, expert, weight).to(x.dtype)
    y = torch.linear(x, self.group_gate_up[m].flatten(0, 1)).view([-1, e, 2 * i])
    if adapts:
      y = self.group_adapt_in(y.transpose(0, 1), x.unsqueeze(0).expand([e, x.size(0), x.size(1)]), m, self.group_share(x)).transpose(0, 1)
    y = torch.silu(y[:, :, 0:i]) * y[:, :, i:] * share.unsqueeze(2)
    out = torch.linear(y.reshape([-1, e * i]), self.group_down[m])
    if adapts:
      low = torch.bmm(y.transpose(0, 1), self.group_lora_mid[m]) * self.group_share(x)
      out = out + torch.linear(low.transpose(0, 1).flatten(1), self.group_lora_down[m])
    return out

  # tokens sorted by expert once, each expert with room for as many as the most wanted one has: one number that the host
  # waits for, a layer. For whole prompts, where every expert computing every token would be too much
  def mix_sorted(self, x: Tensor, m: int, weight: Tensor, expert: Tensor) -> Tensor:
    e = self.experts
    k = self.experts_per_token
    flat = expert.flatten()
    order = torch.argsort(flat)
    counts = torch.zeros([e], dtype=4, device=x.device).scatter_add(0, flat, torch.ones_like(flat))
    first = torch.cumsum(counts, 0) - counts
    most = int(torch.max(counts))
    room = min(x.size(0), (most + 63) // 64 * 64)
    places = torch.clamp(first.unsqueeze(1) + torch.arange(room, dtype=4, device=x.device), None, flat.size(0) - 1)
    token = torch.floor_divide(order, k).index_select(0, places.flatten())       # (E * C), behind an expert's own any
    rows = x.index_select(0, token).view([e, room, -1])
    adapts = self.group_adapts()
    share = self.group_share_of(x, token, e) if adapts else x
    y = torch.bmm(rows, self.group_gate_up[m].transpose(1, 2))
    if adapts:
      y = self.group_adapt_in(y, rows, m, share)
    i = y.size(2) // 2
    y = torch.silu(y[:, :, 0:i]) * y[:, :, i:]
    out = torch.bmm(y, self.group_down[m].view([-1, e, i]).permute([1, 2, 0]))
    if adapts:
      low = torch.bmm(y, self.group_lora_mid[m]) * share
      out = out + torch.bmm(low, self.group_lora_down[m].view([x.size(1), e, -1]).permute([1, 2, 0]))
    sorted = torch.zeros_like(order).scatter(0, order, torch.arange(order.size(0), dtype=4, device=x.device))
    at = sorted - first.index_select(0, flat) + flat * room                      # where each token's each expert wrote
    chosen = out.flatten(0, 1).index_select(0, at).view([x.size(0), k, -1])
    return torch.sum(chosen.to(6) * weight.unsqueeze(2), [1])

  def group_adapts(self) -> bool:
    return len(self.group_lora_in) > 0 and len(self.lora_share) > 0

  # x (M, H) -> shares of its rows, (1, 1, R) or (1, M, R)
  def group_share(self, x: Tensor) -> Tensor:
    share = self.share_of(x)
    return share.view([1, 1, -1]) if share.dim() == 1 else share.unsqueeze(0)

  # of those rows that token (E * C) names, (1, 1, R) or (E, C, R)
  def group_share_of(self, x: Tensor, token: Tensor, e: int) -> Tensor:
    share = self.share_of(x)
    return share.view([1, 1, -1]) if share.dim() == 1 else share.index_select(0, token).view([e, -1, share.size(1)])

  # gate and up (E, C, 2 I) of rows (E, C, H) with the adapters' part
  def group_adapt_in(self, y: Tensor, rows: Tensor, m: int, share: Tensor) -> Tensor:
    r = self.group_lora_gate[m].size(1)
    low = torch.bmm(rows, self.group_lora_in[m].transpose(1, 2))
    gate = torch.bmm(low[:, :, 0:r] * share, self.group_lora_gate[m])
    up = torch.bmm(low[:, :, r:] * share, self.group_lora_up[m])
    return y + torch.cat([gate, up], 2)

  # A (R, in) of a weight, zeros if it is not adapted
  def group_a(self, weight: Tensor) -> Tensor:
    if weight in self.lora_number:
      return self.lora_a[self.lora_number[weight]].to(self.compute)
    return torch.zeros([self.lora_a[0].size(0), weight.size(1)], dtype=self.compute, device=weight.device)

  # B (out, R)
  def group_b(self, weight: Tensor) -> Tensor:
    if weight in self.lora_number:
      return self.lora_b[self.lora_number[weight]].to(self.compute)
    return torch.zeros([weight.size(0), self.lora_b[0].size(1)], dtype=self.compute, device=weight.device)

  # puts the matrices of the loaded adapters side by side, too: after load_adapters
  def group_adapters(self) -> int:
    self.group_lora_in = annotate(List[Tensor], [])
    self.group_lora_gate = annotate(List[Tensor], [])
    self.group_lora_up = annotate(List[Tensor], [])
    self.group_lora_mid = annotate(List[Tensor], [])
    self.group_lora_down = annotate(List[Tensor], [])
    adapted = False
    for j in range(len(self.expert_gate)):
      if self.expert_gate[j] in self.lora_number or self.expert_up[j] in self.lora_number or self.expert_down[j] in self.lora_number:
        adapted = True
    if adapted:
      for m in range(len(self.group_gate_up)):
        a_in = annotate(List[Tensor], [])
        b_gate = annotate(List[Tensor], [])
        b_up = annotate(List[Tensor], [])
        a_down = annotate(List[Tensor], [])
        b_down = annotate(List[Tensor], [])
        for e in range(self.experts):
          j = m * self.experts + e
          a_in.append(torch.cat([self.group_a(self.expert_gate[j]), self.group_a(self.expert_up[j])]))
          b_gate.append(self.group_b(self.expert_gate[j]).t())
          b_up.append(self.group_b(self.expert_up[j]).t())
          a_down.append(self.group_a(self.expert_down[j]).t())
          b_down.append(self.group_b(self.expert_down[j]))
        self.group_lora_in.append(torch.stack(a_in))
        self.group_lora_gate.append(torch.stack(b_gate))
        self.group_lora_up.append(torch.stack(b_up))
        self.group_lora_mid.append(torch.stack(a_down))
        self.group_lora_down.append(torch.cat(b_down, 1))
    return len(self.group_lora_in)
