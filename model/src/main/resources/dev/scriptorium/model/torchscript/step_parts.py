# Parts of a decoding step alone, for benchmarks. U blocks of L positions, as attention has them.
class StepParts(Module):
  # numbers as next_tokens takes them, without bans; part 0 attention, 1 experts and other feed-forward layers, 2 head and choice
  def step_part(self, part: int, numbers: Tensor, b: int, m: int, u: int) -> Tensor:
    parts = torch.split_with_sizes(numbers, [b, b, b * m, u, u])
    l = self.cache_k[0].size(2)
    places = parts[1].unsqueeze(1)
    table = parts[2].view([b, m])
    x = self.embed(parts[0].view([b, 1]))
    if part == 0:
      blocks = [table, parts[3], parts[4], table.gather(1, torch.floor_divide(places, l)), torch.remainder(places, l)]
      cos, sin = self.rotary(places, x.size(2) // self.heads)
      seen = torch.arange(m * l, dtype=4, device=x.device) <= places.unsqueeze(2)
      bias = torch.zeros([b, 1, m * l], dtype=self.compute, device=x.device).masked_fill(torch.logical_not(seen), -inf).unsqueeze(1)
      for i in range(len(self.input_norm)):
        x = x + self.attend_next(self.rms_norm(x, self.input_norm[i]), i, cos, sin, places, bias, blocks)
    elif part == 1:
      for i in range(len(self.input_norm)):
        x = x + self.feed_forward(self.rms_norm(x, self.post_norm[i]), i)
    else:
      return self.chosen(self.logits(x.flatten(0, 1)), parts[0][0:0])
    return self.one_number(x)

  # keys and values that are no zeros
  def fill_cache(self) -> int:
    for i in range(len(self.cache_k)):
      self.cache_k[i].uniform_(-1.0, 1.0)
      self.cache_v[i].uniform_(-1.0, 1.0)
    return len(self.cache_k)
