# Weights that mean nothing but take the time and memory of real ones.
class RandomWeights(Module):
  # made in the wanted type at once: the decoder in float32 would take twice its memory on the way
  def random_weight(self, shape: List[int], dtype: int, low: float, high: float, device: str) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=torch.device(device)).uniform_(low, high)
