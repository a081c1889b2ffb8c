# Pieces that every part uses. dtype numbers: 6 float32, 15 bfloat16, 4 int64.
class Common(Module):
  compute : int        # dtype of matrix products; weights are cast to it, which is free when they have it already

  # x (..., in), weight (out, in) -> (..., out) in the compute dtype
  def linear(self, x: Tensor, weight: Tensor) -> Tensor:
    y = torch.linear(x.to(self.compute), weight.to(self.compute))
    return self.adapted(y, x, weight) if len(self.lora_share) > 0 else y

  # as one product whatever the shape of x: libtorch would copy the weight once a row of a strided or 4-dimensional x
  def linear_bias(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    rows = x.to(self.compute).reshape([-1, x.size(-1)])
    y = torch.addmm(bias.to(self.compute), rows, weight.to(self.compute).t()).view(x.size()[:-1] + [weight.size(0)])
    return self.adapted(y, x, weight) if len(self.lora_share) > 0 else y

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

  # in place, so that views of x see it too
  def overwrite(self, x: Tensor, value: Tensor) -> int:
    x.copy_(value)
    return x.numel()
