"""A transformer of one stack: decoder-only with a causal mask, an encoder without."""

import torch
from torch import Tensor, nn


class Transformer(nn.Module):
    """Embedding, learned positions, `nn.TransformerEncoder`, linear.

    Vaswani et al., "Attention is all you need" (2017). With `causal` each position sees only itself
    and those before it, and every position predicts: a decoder-only language model (Radford et
    al., 2018). Without, all see all, and their mean predicts once: an encoder that classifies.

    The sizes are small on purpose: with width D = 64 and two layers a training step at batch size
    32 costs a few milliseconds on two CPU cores. There is no dropout, so that two devices
    compute the same.
    """

    def __init__(self, embedding: nn.Module, *, length: int, outputs: int, causal: bool) -> None:
        """Make one for `length` positions, which `embedding` makes vectors of 64 numbers."""
        super().__init__()
        width, heads, layers = 64, 4, 2
        self.causal = causal
        self.embedding = embedding
        self.positions = nn.Parameter(torch.zeros(length, width))
        layer = nn.TransformerEncoderLayer(
            width, heads, dim_feedforward=2 * width, dropout=0.0, batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(
            layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False
        )
        self.output = nn.Linear(width, outputs)
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        self.register_buffer("mask", mask if causal else None, persistent=False)
        self._start_layers_apart()

    def _start_layers_apart(self) -> None:
        # nn.TransformerEncoder copies one layer: without this all layers would start the same.
        for weight in self.layers.parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)

    def forward(self, sequence: Tensor) -> Tensor:
        """Map sequences (N, T, ...) to (N, T, outputs) if causal, else to (N, outputs)."""
        x = self.embedding(sequence) + self.positions  # N, T, D
        x = self.layers(x, mask=self.mask, is_causal=self.causal)  # N, T, D
        if not self.causal:
            x = x.mean(dim=1)  # N, D
        scores: Tensor = self.output(x)
        return scores
