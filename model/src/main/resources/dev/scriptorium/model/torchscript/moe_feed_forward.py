# SwiGLU and the mixture of experts; SPEC section 8. M = tokens, k = experts a token, E = experts.
class MoeFeedForward(Module):
  dense_layers : int
  experts : int
  experts_per_token : int
  normalize_topk : bool

  dense_gate : List[Tensor]     # model.layers.{i}.mlp.gate_proj.weight
  dense_up : List[Tensor]       # model.layers.{i}.mlp.up_proj.weight
  dense_down : List[Tensor]     # model.layers.{i}.mlp.down_proj.weight
  router : List[Tensor]         # model.layers.{i}.mlp.gate.weight
  expert_gate : List[Tensor]    # model.layers.{i}.mlp.experts.{e}.gate_proj.weight
  expert_up : List[Tensor]      # model.layers.{i}.mlp.experts.{e}.up_proj.weight
  expert_down : List[Tensor]    # model.layers.{i}.mlp.experts.{e}.down_proj.weight
  shared_gate : List[Tensor]    # model.layers.{i}.mlp.shared_experts.gate_proj.weight
  shared_up : List[Tensor]      # model.layers.{i}.mlp.shared_experts.up_proj.weight
  shared_down : List[Tensor]    # model.layers.{i}.mlp.shared_experts.down_proj.weight

  def swiglu(self, x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return self.linear(torch.silu(self.linear(x, gate)) * self.linear(x, up), down)

  # x (M, H), m counts the MoE layers from 0 -> probabilities of all experts (M, E) in float32
  def route(self, x: Tensor, m: int) -> Tensor:
    return torch.softmax(torch.linear(x.to(6), self.router[m].to(6)), -1)

  # the k largest probabilities, unchanged unless the config says so: weights (M, k), experts (M, k)
  def choose(self, probabilities: Tensor) -> Tuple[Tensor, Tensor]:
    weight, expert = torch.topk(probabilities, self.experts_per_token, -1, True, False)
    if self.normalize_topk:
      weight = weight / (torch.sum(weight, [-1], True) + 1e-20)
    return (weight, expert)

  # x (M, H) -> (M, H): tokens are sorted by expert once, each expert sees its own in one product
  def mix(self, x: Tensor, m: int, weight: Tensor, expert: Tensor) -> Tensor:
    flat = expert.view([-1])
    order = torch.argsort(flat)
    token = torch.floor_divide(order, self.experts_per_token)
    counts = annotate(List[int], torch.bincount(flat, None, self.experts).tolist())
    sorted = x.index_select(0, token)
    outputs = annotate(List[Tensor], [])
    at = 0
    for e in range(self.experts):
      n = counts[e]
      if n > 0:
        j = m * self.experts + e
        if len(self.lora_batch) > 0:
          self.share_follows(token[at:at + n], x.size(0))
        rows = self.whole_rows(sorted[at:at + n])
        outputs.append(self.swiglu(rows, self.expert_gate[j], self.expert_up[j], self.expert_down[j])[0:n])
        at = at + n
    self.share_returns()
    scaled = torch.cat(outputs).to(6) * weight.view([-1]).index_select(0, order).unsqueeze(1)
    y = torch.zeros([x.size(0), x.size(1)], dtype=6, device=x.device).index_add(0, token, scaled)
    shared = self.swiglu(x, self.shared_gate[m], self.shared_up[m], self.shared_down[m])
    return y.to(shared.dtype) + shared

  # x (B, T, H), layer i -> the same
  def feed_forward(self, x: Tensor, i: int) -> Tensor:
    if i < self.dense_layers:
      return self.swiglu(x, self.dense_gate[i], self.dense_up[i], self.dense_down[i])
    flat = x.reshape([-1, x.size(2)])
    weight, expert = self.choose(self.route(flat, i - self.dense_layers))
    if len(self.group_gate_up) > 0:
      return self.mix_grouped(flat, i - self.dense_layers, weight, expert).view([x.size(0), x.size(1), -1])
    return self.mix(flat, i - self.dense_layers, weight, expert).view([x.size(0), x.size(1), -1])

  # share of experts' load times their mean probability, per sequence: 1 when the load is even
  def balance(self, probabilities: Tensor, expert: Tensor) -> Tensor:
    b = probabilities.size(0)
    t = probabilities.size(1)
    e = probabilities.size(2)
    flat = expert.reshape([b, -1])
    counts = torch.zeros([b, e], dtype=6, device=flat.device).scatter_add(1, flat, torch.ones(flat.size(), dtype=6, device=flat.device))
    load = counts / (float(flat.size(1)) / float(e))
    return torch.mean(torch.sum(load * torch.mean(probabilities, [1]), [-1]))
