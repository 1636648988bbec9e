"""Every workload by name: a new one is a network file and an entry here.

bench/workloads.py reads this table as text, so names and datasets are written out.
"""

from functools import partial

from torch import nn

from models import losses
from models.cnn import DigitCNN
from models.cnn_series import SeriesCNN
from models.data import far_symbol, japanese_vowels, kjv_text, number_words
from models.far import CausalCNN, patient_lstm
from models.lstm_gates import LSTMGates
from models.mlp import MLP
from models.recurrent import LSTM, RNN
from models.rnn_steps import RNNSteps
from models.transformer import WIDTH, Transformer, WindowEmbedding
from models.transformer_full import FullTransformer
from models.vowels import ChannelsCNN, ChannelsTransformer
from models.workload import Workload


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


classifier = partial(Workload, loss=losses.cross_entropy, score=losses.ACCURACY)

WORKLOADS: dict[str, Workload] = {
    "mlp": classifier(
        description="784-512-10 multilayer perceptron, MNIST-5k digits",
        build=partial(MLP, 784, 512, 10),
        dataset="mnist-5k",
        learning_rates={"sgd": 0.1, "momentum": 0.01, "adam": 0.001, "adamw": 0.001},
        goal=0.9,
    ),
    "cnn": classifier(
        description="digit CNN with 8,954 parameters, MNIST-5k digits",
        build=DigitCNN,
        dataset="mnist-5k",
        learning_rates={"sgd": 0.1, "momentum": 0.01, "adam": 0.002, "adamw": 0.002},
        goal=0.94,
    ),
    "cnn-series": classifier(
        description="1-D convolutions over time, MNIST-1D digits",
        build=partial(SeriesCNN, 32, 10),
        dataset="mnist-1d",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.005, "adamw": 0.005},
        goal=0.85,
    ),
    "rnn": classifier(
        description="vanilla ReLU RNN with 64 units, JapaneseVowels speakers",
        build=partial(RNN, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.02, "momentum": 0.002, "adam": 0.003, "adamw": 0.003},
        goal=0.85,
    ),
    "lstm": classifier(
        description="LSTM with 64 units, JapaneseVowels speakers",
        build=partial(LSTM, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.01, "adamw": 0.01},
        goal=0.93,
    ),
    "lstm-gates": classifier(
        description="the same LSTM from its gate equations, unrolled in Python, JapaneseVowels",
        build=partial(LSTMGates, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.01, "adamw": 0.01},
        goal=0.93,
    ),
    "rnn-steps": classifier(
        description="the same RNN looped over its time steps in Python, JapaneseVowels",
        build=partial(RNNSteps, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.02, "momentum": 0.002, "adam": 0.003, "adamw": 0.003},
        goal=0.85,
    ),
    "cnn-vowels": classifier(
        description="1-D convolutions over 12 channels, JapaneseVowels speakers",
        build=partial(ChannelsCNN, 12, 64, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.2, "momentum": 0.05, "adam": 0.005, "adamw": 0.005},
        goal=0.95,
    ),
    "transformer-vowels": classifier(
        description="transformer encoder, padding masked, JapaneseVowels speakers",
        build=partial(ChannelsTransformer, 12, japanese_vowels.LONGEST, 9),
        dataset="japanese-vowels",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.003, "adamw": 0.003},
        goal=0.95,
    ),
    "cnn-far": classifier(
        description="causal convolutions that look 9 steps back, far symbol",
        build=partial(CausalCNN, 8, 64, 8),
        dataset="far-symbol",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.005, "adamw": 0.005},
        goal=0.9,
    ),
    "rnn-far": classifier(
        description="vanilla ReLU RNN with 64 units, far symbol",
        build=partial(RNN, 8, 64, 8),
        dataset="far-symbol",
        learning_rates={"sgd": 0.02, "momentum": 0.002, "adam": 0.003, "adamw": 0.003},
        goal=0.9,
    ),
    "lstm-far": classifier(
        description="LSTM with 64 units and open forget gates, far symbol",
        build=partial(patient_lstm, 8, 64, 8),
        dataset="far-symbol",
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.003, "adamw": 0.003},
        goal=0.9,
    ),
    "transformer-far": classifier(
        description="transformer encoder, far symbol",
        build=partial(ChannelsTransformer, 8, far_symbol.STEPS, 8),
        dataset="far-symbol",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.003, "adamw": 0.003},
        goal=0.9,
    ),
    "transformer": Workload(
        description="decoder-only transformer, next character of the King James Version",
        build=_language_model,
        dataset="kjv-text",
        loss=losses.cross_entropy,
        learning_rates={"sgd": 0.5, "momentum": 0.1, "adam": 0.002, "adamw": 0.002},
        score=losses.BITS_PER_CHARACTER,
        goal=2.4,  # counting which character follows which two takes 2.56
    ),
    "transformer-encoder": classifier(
        description="the same transformer without the mask, MNIST-1D digits",
        build=_series_classifier,
        dataset="mnist-1d",
        learning_rates={"sgd": 0.1, "momentum": 0.02, "adam": 0.003, "adamw": 0.003},
        goal=0.88,
    ),
    "transformer-full": Workload(
        description="encoder-decoder transformer, English number words to digits",
        build=_translator,
        dataset="number-words",
        loss=losses.symbol_cross_entropy,
        terms=losses.symbols,
        learning_rates={"sgd": 0.1, "momentum": 0.05, "adam": 0.003, "adamw": 0.003},
        score=losses.EXACT_MATCH,
        goal=0.95,
    ),
}
