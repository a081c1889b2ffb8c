# AdamW over one row of numbers, with moments in float32 or in 8 bits. Works through it piece by piece, so that a
# step needs little memory beside the state.
class AdamW(Module):
  # one piece; decay is decoupled, both moments are corrected for their start
  def adamw_piece(self, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, decay: float, beta1: float, beta2: float,
      step: int) -> int:
    c1 = 1.0 - beta1 ** float(step)
    c2 = 1.0 - beta2 ** float(step)
    m.mul_(beta1).add_(g * (1.0 - beta1))
    v.mul_(beta2).add_(g * g * (1.0 - beta2))
    w.mul_(1.0 - rate * decay).sub_(m / c1 / (torch.sqrt(v / c2) + 1e-08) * rate)
    return w.size(0)

  # w, g, m, v (N), all float32
  def adamw(self, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, decay: float, beta1: float, beta2: float,
      step: int) -> int:
    at = 0
    while at < w.size(0):
      to = min(at + 4194304, w.size(0))
      self.adamw_piece(w[at:to], g[at:to], m[at:to], v[at:to], rate, decay, beta1, beta2, step)
      at = to
    return at

  # codes (n) as uint8, scales (n / block), table (256) ascending -> (n) float32
  def expand(self, codes: Tensor, scales: Tensor, table: Tensor) -> Tensor:
    return (table.index_select(0, codes.to(3)).view([scales.size(0), -1]) * scales.unsqueeze(1)).flatten()

  # the nearest entry of the table for every number, relative to the largest of its block; writes codes and scales
  def compress(self, x: Tensor, codes: Tensor, scales: Tensor, table: Tensor) -> int:
    blocks = x.view([scales.size(0), -1])
    largest = torch.amax(torch.abs(blocks), [1])
    scales.copy_(largest)
    relative = (blocks / torch.clamp(largest, 1e-38, None).unsqueeze(1)).flatten()
    middles = (table[1:] + table[0:-1]) * 0.5
    codes.copy_(torch.bucketize(relative, middles))
    return x.size(0)

  # w, g (N) float32, codes (N) uint8, scales (N / block); N is a multiple of the block
  def adamw_8bit(self, w: Tensor, g: Tensor, m_codes: Tensor, m_scales: Tensor, v_codes: Tensor, v_scales: Tensor,
      m_table: Tensor, v_table: Tensor, rate: float, decay: float, beta1: float, beta2: float, step: int) -> int:
    block = w.size(0) // m_scales.size(0)
    at = 0
    while at < w.size(0):
      to = min(at + 4194304, w.size(0))
      s0 = at // block
      s1 = to // block
      m = self.expand(m_codes[at:to], m_scales[s0:s1], m_table)
      # its root has half the decades to span, so small ones do not vanish and blow up their steps
      v = torch.square(self.expand(v_codes[at:to], v_scales[s0:s1], v_table))
      self.adamw_piece(w[at:to], g[at:to], m, v, rate, decay, beta1, beta2, step)
      self.compress(m, m_codes[at:to], m_scales[s0:s1], m_table)
      self.compress(torch.sqrt(v), v_codes[at:to], v_scales[s0:s1], v_table)
      at = to
    return at
