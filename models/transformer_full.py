"""A transformer of two stacks: an encoder reads a sequence, a decoder writes another."""

import torch
from torch import Tensor, nn

from models.transformer import HEADS, LAYERS, WIDTH, encoder_layers

PADDING = 0  # the token behind the end of a sequence, in source and target


class FullTransformer(nn.Module):
    """Two embeddings with learned positions, `nn.Transformer`, linear; no dropout.

    Vaswani et al., "Attention is all you need" (2017), normalised first (Xiong et al., 2020).
    """

    mask: Tensor

    def __init__(self, *, words: int, source_length: int, symbols: int, length: int) -> None:
        """Make one that reads up to `source_length` of `words` and writes `length` of `symbols`."""
        super().__init__()
        self.source_embedding = nn.Embedding(words, WIDTH)
        self.source_positions = nn.Parameter(torch.zeros(source_length, WIDTH))
        self.embedding = nn.Embedding(symbols, WIDTH)
        self.positions = nn.Parameter(torch.zeros(length, WIDTH))
        self.transformer = nn.Transformer(
            WIDTH,
            HEADS,
            num_decoder_layers=LAYERS,
            dim_feedforward=4 * WIDTH,
            dropout=0.0,
            custom_encoder=encoder_layers(),
            batch_first=True,
            norm_first=True,
        )
        self.output = nn.Linear(WIDTH, symbols)
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, source: Tensor, target_in: Tensor) -> Tensor:
        """Return (N, T, symbols): scores of what follows `target_in` (N, T), given `source` (N, S).

        Padding in `source` is not looked at; in `target_in` the causal mask hides it.
        """
        padded = source == PADDING  # N, S
        read = self.source_embedding(source) + self.source_positions  # N, S, D
        written = self.embedding(target_in) + self.positions  # N, T, D
        x = self.transformer(
            read,
            written,
            tgt_mask=self.mask,
            tgt_is_causal=True,
            src_key_padding_mask=padded,
            memory_key_padding_mask=padded,
        )  # N, T, D
        scores: Tensor = self.output(x)  # N, T, symbols
        return scores
