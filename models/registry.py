"""Every workload by name: a new one is a network file and an entry here.

bench/workloads.py reads this table as text, so names and datasets are written out.
"""

from functools import partial

from torch import nn

from models import losses
from models.cnn import DigitCNN
from models.cnn_series import SeriesCNN
from models.data import kjv_text, number_words
from models.lstm_gates import LSTMGates
from models.mlp import MLP
from models.recurrent import LSTM, RNN
from models.transformer import WIDTH, Transformer, WindowEmbedding
from models.transformer_full import FullTransformer
from models.workload import Goal, Workload


def _language_model() -> Transformer:
    characters = len(kjv_text.ALPHABET)
    embedding = nn.Embedding(characters, WIDTH)
    return Transformer(embedding, length=kjv_text.CONTEXT, outputs=characters, causal=True)


def _series_classifier() -> Transformer:
    return Transformer(WindowEmbedding(), length=18, outputs=10, causal=False)


def _translator() -> FullTransformer:
    return FullTransformer(
        words=len(number_words.WORDS),
        source_length=number_words.SOURCE_LENGTH,
        symbols=len(number_words.SYMBOLS),
        length=number_words.LENGTH,
    )


WORKLOADS: dict[str, Workload] = {
    "mlp": Workload(
        description="784-512-10 multilayer perceptron, MNIST-5k digits",
        build=partial(MLP, 784, 512, 10),
        dataset="mnist-5k",
        learning_rates={"sgd": 0.1, "momentum": 0.01, "adam": 0.001, "adamw": 0.001},
        goal=Goal(
            "accuracy", 0.9, within_epochs=3, batch_size=32, optimizer="sgd", learning_rate=0.1
        ),
    ),
    "cnn": Workload(
        description="digit CNN with 8,954 parameters, MNIST-5k digits",
        build=DigitCNN,
        dataset="mnist-5k",
        learning_rates={"sgd": 0.1, "momentum": 0.01, "adam": 0.002, "adamw": 0.002},
        goal=Goal(
            "accuracy", 0.94, within_epochs=5, batch_size=32, optimizer="sgd", learning_rate=0.1
        ),
    ),
    "cnn-series": Workload(
        description="1-D convolutions over time, MNIST-1D digits",
        build=partial(SeriesCNN, 32, 10),
        dataset="mnist-1d",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.005, "adamw": 0.005},
        goal=Goal(
            "accuracy", 0.85, within_epochs=12, batch_size=64, optimizer="adam", learning_rate=0.01
        ),
    ),
    "rnn": Workload(
        description="vanilla ReLU RNN with 64 units, JapaneseVowels speakers",
        build=partial(RNN, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.02, "momentum": 0.002, "adam": 0.003, "adamw": 0.003},
        goal=Goal(
            "accuracy", 0.85, within_epochs=12, batch_size=32, optimizer="adam", learning_rate=0.003
        ),
    ),
    "lstm": Workload(
        description="LSTM with 64 units, JapaneseVowels speakers",
        build=partial(LSTM, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.01, "adamw": 0.01},
        goal=Goal(
            "accuracy", 0.93, within_epochs=15, batch_size=32, optimizer="adam", learning_rate=0.01
        ),
    ),
    "lstm-gates": Workload(
        description="the same LSTM from its gate equations, unrolled in Python, JapaneseVowels",
        build=partial(LSTMGates, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.01, "adamw": 0.01},
        goal=Goal(
            "accuracy", 0.93, within_epochs=15, batch_size=32, optimizer="adam", learning_rate=0.01
        ),
    ),
    "transformer": Workload(
        description="decoder-only transformer, next character of the King James Version",
        build=_language_model,
        dataset="kjv-text",
        score=losses.bits,
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.002, "adamw": 0.002},
        goal=Goal(
            "bits_per_character",
            2.4,  # counting which character follows which two takes 2.56
            within_epochs=2,
            batch_size=32,
            optimizer="adamw",
            learning_rate=0.005,
        ),
    ),
    "transformer-encoder": Workload(
        description="the same transformer without the mask, MNIST-1D digits",
        build=_series_classifier,
        dataset="mnist-1d",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.003, "adamw": 0.003},
        goal=Goal(
            "accuracy",
            0.88,
            within_epochs=10,
            batch_size=32,
            optimizer="adamw",
            learning_rate=0.003,
        ),
    ),
    "transformer-full": Workload(
        description="encoder-decoder transformer, English number words to digits",
        build=_translator,
        dataset="number-words",
        loss=losses.symbol_cross_entropy,
        score=losses.exact_match,
        learning_rates={"sgd": 0.1, "momentum": 0.05, "adam": 0.003, "adamw": 0.003},
        goal=Goal(
            "exact_match",
            0.95,
            within_epochs=10,
            batch_size=64,
            optimizer="adamw",
            learning_rate=0.003,
        ),
    ),
}
