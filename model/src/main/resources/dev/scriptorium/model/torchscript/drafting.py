# A line model's own guess at a line, read straight from the vision tokens by CTC: what training teaches the encoder with.
class Drafting(Module):
  ctc_token_weight : List[Tensor]     # ctc_tokens.weight
  ctc_token_bias : List[Tensor]       # ctc_tokens.bias

  # pictures (B, h, w, H) -> likeliest class of every frame (B, F): a token, or behind the last of them blank
  def draft(self, pictures: Tensor) -> Tensor:
    classes = self.head[0].size(0) + 1
    scores = self.linear_bias(pictures.flatten(1, 2), self.ctc_token_weight[0], self.ctc_token_bias[0])
    best, likeliest = torch.max(scores.view([pictures.size(0), -1, classes]).to(6), -1)
    return likeliest
