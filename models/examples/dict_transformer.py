"""A transformer that looks for a word.

Batches are dicts, as Hugging Face's are: the network takes them by name, but for the labels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import Dataset

from models import Workload

WORDS, LENGTH, WIDTH = 50, 12, 32


class Encoder(nn.Module):
    """Embedding, one layer of self-attention with dropout, a linear layer on the mean."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.layer = nn.TransformerEncoderLayer(WIDTH, 2, 4 * WIDTH, dropout=0.1, batch_first=True)
        self.output = nn.Linear(WIDTH, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Map words (N, T), of which the mask (N, T) has ones, to {"logits": (N, 2)}."""
        x = self.layer(self.embedding(input_ids), src_key_padding_mask=attention_mask == 0)
        shown = attention_mask.unsqueeze(2)  # N, T, 1
        mean = (x * shown).sum(dim=1) / shown.sum(dim=1)  # N, D
        return {"logits": self.output(mean)}


class Sentences(Dataset[dict[str, Tensor]]):
    """Random words of unequal number; the label says whether word 7 is among them."""

    def __len__(self) -> int:
        return 800

    def __getitem__(self, place: int) -> dict[str, Tensor]:
        draw = torch.Generator().manual_seed(place)
        count = int(torch.randint(4, LENGTH, (), generator=draw))
        words = torch.randint(1, WORDS, (count,), generator=draw)
        if place % 2:
            words[0] = 7
        padded = functional.pad(words, (0, LENGTH - len(words)))
        return {
            "input_ids": padded,
            "attention_mask": (padded > 0).long(),
            "labels": torch.tensor(int(7 in words)),
        }


def loss(output: dict[str, Tensor], targets: Tensor) -> Tensor:
    """Mean cross-entropy of the logits."""
    return functional.cross_entropy(output["logits"], targets)


def make() -> Workload:
    """Return a workload with an optimiser of its own, for `--optimizer own`."""
    return Workload(
        build=Encoder,
        dataset=Sentences(),
        loss=loss,
        optimizer=torch.optim.NAdam,
        learning_rates={"own": 0.002},
    )
