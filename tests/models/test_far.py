"""How far back a network sees, before it has learned anything."""

from models import WORKLOADS
from models.far import CausalCNN, patient_lstm
from models.recurrent import LSTM
from tests.models.test_networks import samples


def test_the_filters_of_the_causal_cnn_say_how_far_it_looks_back() -> None:
    series, lengths = (tensor[:1] for tensor in samples(WORKLOADS["cnn-far"], 1).inputs)
    for network in (CausalCNN(8, 64, 8), CausalCNN(8, 64, 8, kernel_size=3, layers=4)):
        moved = series.clone().requires_grad_()
        network(moved, lengths).sum().backward()
        assert moved.grad is not None
        seen = moved.grad.abs().sum(dim=2)[0] > 0
        assert seen.tolist() == [False] * (30 - 9) + [True] * 9


def test_the_patient_lstm_keeps_what_torchs_own_forgets() -> None:
    """Of a symbol in the first step there is a fifth after 30 (0.95 ** 30), or next to nothing."""
    series, lengths = samples(WORKLOADS["lstm-far"], 1).inputs
    left = []
    for network in (patient_lstm(8, 64, 8), LSTM(8, 64, 8)):
        moved = series.clone().requires_grad_()
        network(moved, lengths).sum().backward()
        assert moved.grad is not None
        first, last = moved.grad.abs().sum(dim=2)[0][[0, -1]].tolist()
        left.append(first / last)
    assert left[0] > 0.01
    assert left[1] < 1e-4
