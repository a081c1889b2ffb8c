# The language model: prompts in once (prefill), then one token of every sequence a step (decode). Guessed tokens may
# go in behind either: what the model would have written after each of them comes out of the same pass.
class Decoder(Module):
  embedding : List[Tensor]         # model.embed_tokens.weight
  input_norm : List[Tensor]        # model.layers.{i}.input_layernorm.weight
  post_norm : List[Tensor]         # model.layers.{i}.post_attention_layernorm.weight
  final_norm : List[Tensor]        # model.norm.weight
  head : List[Tensor]              # lm_head.weight

  # ids (B, T) -> (B, T, H)
  def embed(self, ids: Tensor) -> Tensor:
    return torch.embedding(self.embedding[0], ids)

  # ids (T) shared by all, vision (B, V, H): the V positions from first on are images -> (B, T, H)
  def embed_with_images(self, ids: Tensor, vision: Tensor, first: int) -> Tensor:
    text = self.embed(ids).unsqueeze(0).expand([vision.size(0), ids.size(0), vision.size(2)])
    return torch.cat([text[:, 0:first], vision.to(text.dtype), text[:, first + vision.size(1):]], 1)

  # x (B, T, H), one layer over whole prompts
  def prompt_layer(self, x: Tensor, i: int, cos: Tensor, sin: Tensor, first: int) -> Tensor:
    x = x + self.attend_prompt(self.rms_norm(x, self.input_norm[i]), i, cos, sin, first)
    return x + self.feed_forward(self.rms_norm(x, self.post_norm[i]), i)

  # x (B, T, H) -> hidden state before the final norm; keys and values go to blocks first ...
  def prompt_layers(self, x: Tensor, first: int) -> Tensor:
    positions = torch.arange(x.size(1), dtype=4, device=x.device).unsqueeze(0)
    cos, sin = self.rotary(positions, x.size(2) // self.heads)
    for i in range(len(self.input_norm)):
      x = self.prompt_layer(x, i, cos, sin, first)
    return x

  # (..., H) -> logits in float32
  def logits(self, x: Tensor) -> Tensor:
    return self.linear(self.rms_norm(x, self.final_norm[0]), self.head[0]).to(6)

  # embeddings of prompts of one length (B, T, H) -> logits after each prompt (B, V)
  def prefill(self, x: Tensor, first: int) -> Tensor:
    x = self.prompt_layers(x, first)
    return self.logits(x[:, x.size(1) - 1])

  # the same with guesses (B, G) behind the prompts -> logits after each prompt and each guess (B * (1 + G), V)
  def prefill_guessed(self, x: Tensor, guesses: Tensor, first: int) -> Tensor:
    prompt = x.size(1)
    x = self.prompt_layers(torch.cat([x, self.embed(guesses)], 1), first)
    return self.logits(x[:, prompt - 1:].flatten(0, 1))

  # embeddings of prompts and all but the last token of their answers (B, T, H), answers (B, N) -> log-probability of
  # each token (B, N); the cache is left alone
  def log_probabilities(self, x: Tensor, answers: Tensor) -> Tensor:
    x = self.prompt_layers(x, -1)
    scores = torch.log_softmax(self.logits(x[:, x.size(1) - answers.size(1):]), -1)
    return scores.gather(2, answers.unsqueeze(2)).squeeze(2)

  # ids (B) go to positions (B) of blocks 0 .. B - 1; length covers the longest -> logits (B, V)
  def decode(self, ids: Tensor, positions: Tensor, length: int) -> Tensor:
    return self.decode_guessed(ids.unsqueeze(1), positions, length)

  # ids (B, T), the last token of each and T - 1 guesses, go to positions (B) and behind -> logits (B * T, V)
  def decode_guessed(self, ids: Tensor, positions: Tensor, length: int) -> Tensor:
    places = positions.unsqueeze(1) + torch.arange(ids.size(1), dtype=4, device=ids.device)
    return self.logits(self.next_layers(self.embed(ids), places, length, annotate(List[Tensor], [])).flatten(0, 1))

  # the same where sequences fill several blocks: table (B, M), owner (U), entry (U) as attention takes them
  def decode_blocks(self, ids: Tensor, positions: Tensor, table: Tensor, owner: Tensor, entry: Tensor) -> Tensor:
    l = self.cache_k[0].size(2)
    places = positions.unsqueeze(1) + torch.arange(ids.size(1), dtype=4, device=ids.device)
    blocks = [table, owner, entry, table.gather(1, torch.floor_divide(places, l)), torch.remainder(places, l)]
    return self.logits(self.next_layers(self.embed(ids), places, table.size(1) * l, blocks).flatten(0, 1))

  # x (B, T, H) at places (B, T), length covers them -> hidden state before the final norm
  def next_layers(self, x: Tensor, places: Tensor, length: int, blocks: List[Tensor]) -> Tensor:
    cos, sin = self.rotary(places, x.size(2) // self.heads)
    seen = torch.arange(length, dtype=4, device=x.device) <= places.unsqueeze(2)
    bias = torch.zeros([x.size(0), x.size(1), length], dtype=self.compute, device=x.device).masked_fill(torch.logical_not(seen), -inf).unsqueeze(1)
    for i in range(len(self.input_norm)):
      x = x + self.attend_next(self.rms_norm(x, self.input_norm[i]), i, cos, sin, places, bias, blocks)
      x = x + self.feed_forward(self.rms_norm(x, self.post_norm[i]), i)
    return x

  # logits (B, V), pairs (row, id) that may not be chosen -> chosen ids (B) as int64, their log-probabilities (B)
  def choose_greedy(self, logits: Tensor, rows: Tensor, banned: Tensor) -> Tuple[Tensor, Tensor]:
    scores = torch.log_softmax(logits, -1)
    allowed = scores
    if rows.size(0) > 0:
      # filled where it lies: a number written to a place would be sent from the host
      never = torch.full([], -inf, dtype=6, device=scores.device)
      allowed = torch.index_put(scores, annotate(List[Optional[Tensor]], [rows, banned]), never)
    ids = torch.argmax(allowed, -1)
    return (ids, scores.gather(1, ids.unsqueeze(1)).squeeze(1))

  # logits (B, V), bans (2 * n): n rows, then their n ids -> chosen ids and their log-probabilities (2, B) in float64, which
  # holds both exactly, on the host: all that comes back of a step
  def chosen(self, logits: Tensor, bans: Tensor) -> Tensor:
    n = bans.size(0) // 2
    ids, scores = self.choose_greedy(logits, bans[0:n], bans[n:])
    return torch.stack([ids.to(7), scores.to(7)]).to(torch.device("cpu"))

  # a whole step. All that it takes from the host is in one tensor: ids (b * t), positions (b), then where sequences fill
  # several blocks table (b * m), owner (u) and entry (u), else m = u = 0, then bans -> as chosen says
  def next_tokens(self, numbers: Tensor, b: int, t: int, length: int, m: int, u: int) -> Tensor:
    parts = torch.split_with_sizes(numbers, [b * t, b, b * m, u, u, numbers.size(0) - b * (t + 1 + m) - 2 * u])
    ids = parts[0].view([b, t])
    if m > 0:
      logits = self.decode_blocks(ids, parts[1], parts[2].view([b, m]), parts[3], parts[4])
    else:
      logits = self.decode_guessed(ids, parts[1], length)
    return self.chosen(logits, parts[5])
