# Pieces that every part uses. dtype numbers: 6 float32, 15 bfloat16, 4 int64.
class Common(Module):
  compute : int        # dtype of matrix products; weights are cast to it, which is free when they have it already
  tiles : bool         # the processor multiplies in tiles: products are so cheap that larger ones save passes over memory
  fused : bool         # attention without scores in memory wherever it can be had: what GPUs are fastest with
  rounds : bool        # numbers of rows that the data decide are rounded up, see whole_rows
  packs : bool         # nothing is learned, so that weights may lie in oneDNN's own order, which has no derivative

  packed : Dict[Tensor,Tensor]    # weights in oneDNN's order, by the plain ones

  # x (..., in), weight (out, in) -> (..., out) in the compute dtype
  def linear(self, x: Tensor, weight: Tensor) -> Tensor:
    x = x.to(self.compute)
    y = self.linear_packed(x, self.packed[weight], None, "none") if weight in self.packed else self.linear_plain(x, weight)
    return self.adapted(y, x, weight) if len(self.lora_share) > 0 else y

  def linear_packed(self, x: Tensor, packed: Tensor, bias: Optional[Tensor], then: str) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, packed, bias, then, annotate(List[Optional[number]], []), "none")

  # libtorch copies the right factor into tiles before every product, so a few rows go there rather than the weight
  def linear_plain(self, x: Tensor, weight: Tensor) -> Tensor:
    weight = weight.to(self.compute)
    rows = x.numel() // x.size(-1)
    if self.tiles and rows == 1:
      return torch.mv(weight, x.reshape([-1])).view(x.size()[:-1] + [weight.size(0)])
    if self.tiles and rows <= 64:
      return torch.mm(weight, x.reshape([rows, -1]).t()).t().reshape(x.size()[:-1] + [weight.size(0)])
    return torch.linear(x, weight)

  def linear_bias(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return self.linear_then(x, weight, bias, "none")

  # gelu(W x + b), the exact one
  def linear_gelu(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    if len(self.lora_share) > 0:
      return torch.gelu(self.linear_then(x, weight, bias, "none"))
    return self.linear_then(x, weight, bias, "gelu")

  # as one product whatever the shape of x: libtorch would copy the weight once a row of a strided or 4-dimensional x
  def linear_then(self, x: Tensor, weight: Tensor, bias: Tensor, then: str) -> Tensor:
    rows = x.to(self.compute).reshape([-1, x.size(-1)])
    if weight in self.packed:
      y = self.linear_packed(rows, self.packed[weight], bias.to(self.compute), then)
    elif self.packs and rows.size(0) >= 1024:
      # what packing costs is little beside so many rows, and bias and gelu cost nothing then
      packed = ops.mkldnn._reorder_linear_weight(weight.to(self.compute), rows.size(0))
      y = self.linear_packed(rows, packed, bias.to(self.compute), then)
    else:
      y = torch.addmm(bias.to(self.compute), rows, weight.to(self.compute).t())
      if then == "gelu":
        y = torch.gelu(y)
    y = y.view(x.size()[:-1] + [weight.size(0)])
    return self.adapted(y, x, weight) if len(self.lora_share) > 0 else y

  # weight in oneDNN's order for products with about this many rows
  def pack(self, weight: Tensor, rows: int) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(weight, rows)

  # from now on products with these weights use their packed copies; those of all others do without
  def use_packed(self, weights: List[Tensor], packed: List[Tensor]) -> int:
    self.packed.clear()
    for k in range(len(weights)):
      self.packed[weights[k]] = packed[k]
    return len(weights)

  # x (M, in) -> (M rounded up, in), the rows behind are 0. oneDNN makes a program for every new shape of a product, which
  # takes longer than the product; where something is learned, the products of its derivatives follow
  def whole_rows(self, x: Tensor) -> Tensor:
    missing = (64 - x.size(0) % 64) % 64
    return torch.constant_pad_nd(x, [0, 0, 0, missing]) if self.rounds and missing > 0 else x

  # over the last axis; statistics in float32 inside libtorch
  def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], weight.to(x.dtype), bias.to(x.dtype), eps)

  # makes a tensor of the given dtype and shape that owns one element: the shell that mapped memory is put into
  def shell(self, shape: List[int], dtype: int) -> Tensor:
    return torch.empty([], dtype=dtype).expand(shape)

  def empty(self, shape: List[int], dtype: int) -> Tensor:
    return torch.empty(shape, dtype=dtype)

  def cast(self, x: Tensor, dtype: int) -> Tensor:
    return x.to(dtype)

  # a copy on another device, such as "cuda:0"
  def send(self, x: Tensor, device: str) -> Tensor:
    return torch.empty(x.size(), dtype=x.dtype, device=torch.device(device)).copy_(x)

  # room on the host that a GPU reads without help of the processor
  def pinned(self, shape: List[int], dtype: int) -> Tensor:
    return torch.empty(shape, dtype=dtype, pin_memory=True)

  # from there to the device without waiting; the allocator keeps the room until it was read
  def send_pinned(self, x: Tensor, device: str) -> Tensor:
    return torch.empty(x.size(), dtype=x.dtype, device=torch.device(device)).copy_(x, True)

  # in place, so that views of x see it too
  def overwrite(self, x: Tensor, value: Tensor) -> int:
    x.copy_(value)
    return x.numel()
