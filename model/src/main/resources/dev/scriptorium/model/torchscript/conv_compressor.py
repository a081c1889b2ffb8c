# SAM's neck and the compressor behind it: 16x fewer tokens by two strided convolutions, SPEC section 5.4 and 5.5.
class ConvCompressor(Module):
  strides : List[int]       # rows, columns of net_2, then of net_3

  neck_conv1 : List[Tensor]          # model.sam_model.neck.0.weight
  neck_norm1_weight : List[Tensor]   # model.sam_model.neck.1.weight
  neck_norm1_bias : List[Tensor]     # model.sam_model.neck.1.bias
  neck_conv2 : List[Tensor]          # model.sam_model.neck.2.weight
  neck_norm2_weight : List[Tensor]   # model.sam_model.neck.3.weight
  neck_norm2_bias : List[Tensor]     # model.sam_model.neck.3.bias
  net2_weight : List[Tensor]         # model.sam_model.net_2.weight
  net3_weight : List[Tensor]         # model.sam_model.net_3.weight

  # over the channels of every pixel: (B, C, h, w) -> the same
  def channel_norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return self.layer_norm(x.permute([0, 2, 3, 1]), weight, bias, 1e-06).permute([0, 3, 1, 2])

  # (B, gh, gw, D) -> (B, neck, gh, gw)
  def neck(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x.permute([0, 3, 1, 2]).to(self.compute), self.neck_conv1[0].to(self.compute))
    y = self.channel_norm(y, self.neck_norm1_weight[0], self.neck_norm1_bias[0])
    y = torch.conv2d(y, self.neck_conv2[0].to(self.compute), None, [1, 1], [1, 1])
    return self.channel_norm(y, self.neck_norm2_weight[0], self.neck_norm2_bias[0])

  # (B, neck, gh, gw) -> (B, c1, ...)
  def compress1(self, x: Tensor) -> Tensor:
    return torch.conv2d(x, self.net2_weight[0].to(self.compute), None, [self.strides[0], self.strides[1]], [1, 1])

  # (B, c1, ...) -> (B, c2, n_h, n_w)
  def compress2(self, x: Tensor) -> Tensor:
    return torch.conv2d(x, self.net3_weight[0].to(self.compute), None, [self.strides[2], self.strides[3]], [1, 1])
