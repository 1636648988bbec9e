"""A transformer of one stack: decoder-only with a causal mask, an encoder without."""

import torch
from torch import Tensor, nn

# Small on purpose: a training step at batch size 32 costs about ten milliseconds on two CPU cores,
# and an epoch of 4,096 samples at any batch size about a second.
WIDTH = 32  # D
HEADS = 2
LAYERS = 2


class Transformer(nn.Module):
    """Embedding, learned positions, `nn.TransformerEncoder`, linear.

    Vaswani et al., "Attention is all you need" (2017). With `causal` every position predicts from
    itself and those before it: a decoder-only language model (Radford et al., 2018). Without, all
    see all, and their mean predicts once. No dropout, so that two devices compute the same.
    """

    mask: Tensor | None

    def __init__(self, embedding: nn.Module, *, length: int, outputs: int, causal: bool) -> None:
        """Make one for `length` positions, which `embedding` maps to (N, length, WIDTH)."""
        super().__init__()
        self.causal = causal
        self.embedding = embedding
        self.positions = nn.Parameter(torch.zeros(length, WIDTH))
        self.layers = encoder_layers()
        self.output = nn.Linear(WIDTH, outputs)
        mask = nn.Transformer.generate_square_subsequent_mask(length) if causal else None
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, sequence: Tensor) -> Tensor:
        """Map sequences (N, T, ...) to (N, T, outputs) if causal, else to (N, outputs)."""
        x = self.embedding(sequence) + self.positions  # N, T, D
        x = self.layers(x, mask=self.mask, is_causal=self.causal)  # N, T, D
        if not self.causal:
            x = x.mean(dim=1)  # N, D
        scores: Tensor = self.output(x)
        return scores


def encoder_layers() -> nn.TransformerEncoder:
    """Make a stack of self-attention layers (normalised first), each with its own start."""
    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, dim_feedforward=4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
    )
    # Nested tensors would make evaluation another computation than training.
    stack = nn.TransformerEncoder(
        layer, LAYERS, norm=nn.LayerNorm(WIDTH), enable_nested_tensor=False
    )
    for weight in stack.parameters():  # the stack holds copies of one layer
        if weight.dim() > 1:
            nn.init.xavier_uniform_(weight)
    return stack


class WindowEmbedding(nn.Module):
    """Make every second window of five steps of a series a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(1, WIDTH, kernel_size=5, stride=2)

    def forward(self, series: Tensor) -> Tensor:
        """Map series (N, 40) to vectors (N, 18, D)."""
        vectors: Tensor = self.convolution(series.unsqueeze(1))  # N, D, 18
        return vectors.transpose(1, 2)
