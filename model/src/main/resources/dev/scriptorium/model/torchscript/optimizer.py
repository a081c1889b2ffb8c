# Gradients into weights: clipping by norm, AdamW, and Muon for matrices. Weights and moments are float32.
class Optimizer(Module):
  matrices : List[Tensor]          # trained by Muon
  vectors : List[Tensor]           # trained by AdamW
  momentum : List[Tensor]          # of matrices
  first_moment : List[Tensor]      # of vectors
  second_moment : List[Tensor]

  # in autograd mode: new leaves that record gradients, copied from what is given
  def leaf(self, x: Tensor) -> Tensor:
    return x.detach().to(6).clone().requires_grad_(True)

  def zeros_like(self, x: Tensor) -> Tensor:
    return torch.zeros(x.size(), dtype=6, device=x.device)

  # gradients of loss for matrices, then vectors; zero where the loss does not depend on a weight
  def gradients(self, loss: Tensor) -> List[Tensor]:
    weights = self.matrices + self.vectors
    found = torch.grad([loss], weights, None, None, False, True)
    out = annotate(List[Tensor], [])
    for k in range(len(weights)):
      g = found[k]
      if g is None:
        out.append(torch.zeros_like(weights[k]))
      else:
        out.append(unchecked_cast(Tensor, g))
    return out

  # scales all gradients so that their joint norm is at most limit; returns the norm before
  def clip_(self, gradients: List[Tensor], limit: float) -> Tensor:
    total = torch.zeros([], dtype=6, device=gradients[0].device)
    for g in gradients:
      total = total + torch.sum(g * g)
    norm = torch.sqrt(total)
    scale = torch.clamp(limit / (norm + 1e-06), None, 1.0)
    for g in gradients:
      g.mul_(scale)
    return norm

  # the nearest matrix with orthonormal rows, by five Newton-Schulz steps of a quintic
  def orthogonalize(self, g: Tensor) -> Tensor:
    x = g.to(15)
    wide = g.size(0) <= g.size(1)
    if not wide:
      x = x.t()
    x = x / (torch.norm(x.to(6)) + 1e-07).to(15)
    for step in range(5):
      a = torch.matmul(x, x.t())
      b = a * -4.7750 + torch.matmul(a, a) * 2.0315
      x = x * 3.4445 + torch.matmul(b, x)
    if not wide:
      x = x.t()
    return x.to(6)

  # Muon: Nesterov momentum, orthogonalised, scaled to AdamW's step size so that one learning rate serves both
  def muon_(self, gradients: List[Tensor], rate: float, decay: float) -> int:
    for k in range(len(self.matrices)):
      m = self.momentum[k]
      g = gradients[k]
      m.mul_(0.95).add_(g)
      flat = (g + m * 0.95).flatten(1)
      update = self.orthogonalize(flat) * (0.2 * torch.sqrt(float(max(flat.size(0), flat.size(1)))))
      w = self.matrices[k].detach()
      w.mul_(1.0 - rate * decay).sub_(update.view(w.size()) * rate)
    return len(self.matrices)

  # AdamW with decoupled decay (of tables and matrices only) and bias correction; step counts from 1
  def adamw_(self, gradients: List[Tensor], rate: float, decay: float, step: int, beta1: float, beta2: float) -> int:
    offset = len(self.matrices)
    c1 = 1.0 - beta1 ** float(step)
    c2 = 1.0 - beta2 ** float(step)
    for k in range(len(self.vectors)):
      g = gradients[offset + k]
      m = self.first_moment[k].mul_(beta1).add_(g * (1.0 - beta1))
      v = self.second_moment[k].mul_(beta2).add_(g * g * (1.0 - beta2))
      w = self.vectors[k].detach()
      if w.dim() > 1:
        w.mul_(1.0 - rate * decay)
      w.sub_(m / c1 / (torch.sqrt(v / c2) + 1e-08) * rate)
    return len(self.vectors)
