# Weights that mean nothing but take the time and memory of real ones, and what benchmarks need beside them.
class RandomWeights(Module):
  # made in the wanted type at once: the decoder in float32 would take twice its memory on the way
  def random_weight(self, shape: List[int], dtype: int, low: float, high: float, device: str) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=torch.device(device)).uniform_(low, high)

  # some number of a tensor, on the host: comes when all is done that was asked of the device before
  def one_number(self, x: Tensor) -> Tensor:
    return x.flatten()[0:1].to(6).to(torch.device("cpu"))

  # reads one and writes the other, so many times
  def copy_over(self, source: Tensor, target: Tensor, times: int) -> Tensor:
    for i in range(times):
      target.copy_(source)
    return self.one_number(target)
