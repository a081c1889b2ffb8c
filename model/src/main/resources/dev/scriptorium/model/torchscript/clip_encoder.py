# CLIP-L over the compressed grid, whose patch embeddings are SAM's features; SPEC section 6.
# B = views, n = vision tokens, D = channels.
class ClipEncoder(Module):
  clip_heads : int
  clip_grid_height : int    # rows of the table of positions
  clip_grid_width : int
  clip_sliced : bool

  clip_class : List[Tensor]           # model.vision_model.embeddings.class_embedding
  clip_positions : List[Tensor]       # model.vision_model.embeddings.position_embedding.weight
  clip_pre_weight : List[Tensor]      # model.vision_model.pre_layrnorm.weight
  clip_pre_bias : List[Tensor]        # model.vision_model.pre_layrnorm.bias
  clip_norm1_weight : List[Tensor]    # model.vision_model.transformer.layers.{i}.layer_norm1.weight
  clip_norm1_bias : List[Tensor]      # model.vision_model.transformer.layers.{i}.layer_norm1.bias
  clip_qkv_weight : List[Tensor]      # model.vision_model.transformer.layers.{i}.self_attn.qkv_proj.weight
  clip_qkv_bias : List[Tensor]        # model.vision_model.transformer.layers.{i}.self_attn.qkv_proj.bias
  clip_out_weight : List[Tensor]      # model.vision_model.transformer.layers.{i}.self_attn.out_proj.weight
  clip_out_bias : List[Tensor]        # model.vision_model.transformer.layers.{i}.self_attn.out_proj.bias
  clip_norm2_weight : List[Tensor]    # model.vision_model.transformer.layers.{i}.layer_norm2.weight
  clip_norm2_bias : List[Tensor]      # model.vision_model.transformer.layers.{i}.layer_norm2.bias
  clip_fc1_weight : List[Tensor]      # model.vision_model.transformer.layers.{i}.mlp.fc1.weight
  clip_fc1_bias : List[Tensor]        # model.vision_model.transformer.layers.{i}.mlp.fc1.bias
  clip_fc2_weight : List[Tensor]      # model.vision_model.transformer.layers.{i}.mlp.fc2.weight
  clip_fc2_bias : List[Tensor]        # model.vision_model.transformer.layers.{i}.mlp.fc2.bias

  # features (B, D, h, w) -> (B, 1 + h*w, D)
  def clip_embed(self, features: Tensor) -> Tensor:
    h = features.size(2)
    w = features.size(3)
    table = self.clip_positions[0]
    c = table.size(1)
    grid = table[1:].view([self.clip_grid_height, self.clip_grid_width, c])
    if self.clip_sliced:
      grid = grid[0:h, 0:w]
    elif h != self.clip_grid_height or w != self.clip_grid_width:
      big = grid.to(6).permute([2, 0, 1]).unsqueeze(0)
      grid = torch._upsample_bicubic2d_aa(big, [h, w], False, None, None).squeeze(0).permute([1, 2, 0])
    positions = torch.cat([table[0:1].to(features.dtype), grid.reshape([h * w, c]).to(features.dtype)])
    tokens = features.flatten(2).transpose(1, 2)
    first = self.clip_class[0].to(tokens.dtype).view([1, 1, c]).expand([tokens.size(0), 1, c])
    return torch.cat([first, tokens], 1) + positions

  def clip_pre_norm(self, x: Tensor) -> Tensor:
    return self.layer_norm(x, self.clip_pre_weight[0], self.clip_pre_bias[0], 1e-05)

  # x (B, 1 + n, D) -> the same
  def clip_layer(self, x: Tensor, i: int) -> Tensor:
    b = x.size(0)
    t = x.size(1)
    n = self.clip_heads
    y = self.layer_norm(x, self.clip_norm1_weight[i], self.clip_norm1_bias[i], 1e-05)
    qkv = self.linear_bias(y, self.clip_qkv_weight[i], self.clip_qkv_bias[i])
    parts = qkv.view([b, t, 3, n, -1]).permute([2, 0, 3, 1, 4]).unbind(0)     # each (B, N, T, d)
    y = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2])
    y = y.transpose(1, 2).reshape([b, t, -1])
    x = x + self.linear_bias(y, self.clip_out_weight[i], self.clip_out_bias[i])
    y = self.layer_norm(x, self.clip_norm2_weight[i], self.clip_norm2_bias[i], 1e-05)
    y = self.linear_bias(y, self.clip_fc1_weight[i], self.clip_fc1_bias[i])
    y = y * torch.sigmoid(y * 1.702)
    return x + self.linear_bias(y, self.clip_fc2_weight[i], self.clip_fc2_bias[i])
