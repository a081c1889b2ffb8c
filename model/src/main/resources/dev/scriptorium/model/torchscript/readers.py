# Readers: characters straight from the encoder, by CTC. B = lines, n = vision tokens of each, V = vocabulary.
class Readers(Module):
  # linear layers of line models' checkpoints that make the encoder learn to see; the one on tokens drafts, too
  ctc_column_weight : List[Tensor]    # ctc_columns.weight
  ctc_column_bias : List[Tensor]      # ctc_columns.bias

  # x (B, F, frames * (V + 1)) -> log-probabilities (F * frames, B, V + 1), the last class is blank
  def ctc_frames(self, x: Tensor, classes: int) -> Tensor:
    y = x.to(6).reshape([x.size(0), -1, classes])
    return torch.log_softmax(y, -1).transpose(0, 1)

  # features of the neck (B, C, gh, gw): two frames a column
  def ctc_columns(self, neck: Tensor) -> Tensor:
    columns = neck.permute([0, 3, 2, 1]).flatten(2)
    classes = self.head[0].size(0) + 1
    return self.ctc_frames(self.linear_bias(columns, self.ctc_column_weight[0], self.ctc_column_bias[0]), classes)

  # vision tokens (B, n, H): eight frames a token
  def ctc_tokens(self, tokens: Tensor) -> Tensor:
    classes = self.head[0].size(0) + 1
    return self.ctc_frames(self.linear_bias(tokens, self.ctc_token_weight[0], self.ctc_token_bias[0]), classes)

  def ctc_loss(self, frames: Tensor, targets: Tensor, frame_counts: List[int], lengths: List[int]) -> Tensor:
    return torch.ctc_loss(frames, targets, frame_counts, lengths, frames.size(2) - 1, 1, True)
