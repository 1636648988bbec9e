"""Every workload by name: a new one is a network file and an entry here."""

from functools import partial

from torch import nn

from models import losses
from models.cnn import DigitCNN
from models.data import kjv_text
from models.mlp import MLP
from models.recurrent import LSTM
from models.transformer import Transformer
from models.workload import Goal, Workload


def _language_model() -> Transformer:
    characters = len(kjv_text.ALPHABET)
    embedding = nn.Embedding(characters, 64)
    return Transformer(embedding, length=kjv_text.CONTEXT, outputs=characters, causal=True)


_ALL = (
    Workload(
        name="mlp",
        description="784-512-10 multilayer perceptron, MNIST-5k digits",
        build=partial(MLP, 784, 512, 10),
        dataset="mnist-5k",
        loss=losses.cross_entropy,
        score=losses.correct,
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.001, "adamw": 0.001},
        goal=Goal("accuracy", 0.90, 5, 32, "sgd", 0.1),
    ),
    Workload(
        name="cnn",
        description="digit CNN with 8,954 parameters, MNIST-5k digits",
        build=DigitCNN,
        dataset="mnist-5k",
        loss=losses.cross_entropy,
        score=losses.correct,
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.002, "adamw": 0.002},
        goal=Goal("accuracy", 0.94, 10, 32, "sgd", 0.1),
    ),
    Workload(
        name="lstm",
        description="LSTM with 64 units, JapaneseVowels speakers",
        build=partial(LSTM, 12, 64, 9),
        dataset="japanese-vowels",
        loss=losses.cross_entropy,
        score=losses.correct,
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.01, "adamw": 0.01},
        goal=Goal("accuracy", 0.93, 30, 32, "adam", 0.01),
    ),
    Workload(
        name="transformer",
        description="decoder-only transformer, next character of the King James Version",
        build=_language_model,
        dataset="kjv-text",
        loss=losses.cross_entropy,
        score=losses.bits,
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.002, "adamw": 0.002},
        goal=Goal("bits_per_character", 2.6, 3, 32, "adam", 0.002),
    ),
)

WORKLOADS: dict[str, Workload] = {workload.name: workload for workload in _ALL}
