# DeepEncoder: pixels of equally sized views -> vision tokens.
class DeepEncoder(Module):
  # samples (B, H, W, 3) of 0 to 255, scale (256) in float32 -> pixels (B, 3, H, W)
  def pixels(self, samples: Tensor, scale: Tensor) -> Tensor:
    return scale.index_select(0, samples.flatten().to(3)).view(samples.size()).permute([0, 3, 1, 2]).contiguous()

  # pixels (B, 3, H, W) -> compressed features (B, c2, h, w)
  def sam_features(self, pixels: Tensor) -> Tensor:
    return self.compress2(self.compress1(self.sam_neck(pixels)))

  # pixels (B, 3, H, W) -> (B, neck, gh, gw)
  def sam_neck(self, pixels: Tensor) -> Tensor:
    x = self.sam_add_positions(self.sam_patch_embed(pixels))
    for i in range(len(self.sam_norm1_weight)):
      x = self.sam_block(x, i)
    return self.neck(x)

  # features (B, c2, h, w) -> (B, h*w, H)
  def vision_tokens(self, features: Tensor) -> Tensor:
    x = self.clip_pre_norm(self.clip_embed(features))
    for i in range(len(self.clip_norm1_weight)):
      x = self.clip_layer(x, i)
    return self.project(self.vision_concat(x, features))

  # pixels (B, 3, H, W) -> (B, h, w, H)
  def encode(self, pixels: Tensor) -> Tensor:
    features = self.sam_features(pixels)
    tokens = self.vision_tokens(features)
    return tokens.view([features.size(0), features.size(2), features.size(3), -1])
