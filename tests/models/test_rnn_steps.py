"""The RNN looped over its time steps against torch's fused one."""

import torch

from models import WORKLOADS
from models.recurrent import RNN
from models.rnn_steps import RNNSteps
from tests.models.test_lstm_gates import batch, gradients


def same_weights() -> tuple[RNN, RNNSteps]:
    torchs, ours = RNN(12, 64, 9), RNNSteps(12, 64, 9)
    ours.load_state_dict(
        {name.removeprefix("recurrent."): value for name, value in torchs.state_dict().items()}
    )
    return torchs, ours


def test_with_the_same_weights_outputs_and_gradients_equal_those_of_torch() -> None:
    torchs, ours = same_weights()
    series, lengths, _ = batch()
    expected = torchs(series, lengths)
    assert expected.abs().max() > 0.05
    torch.testing.assert_close(ours(series, lengths), expected, rtol=0, atol=1e-5)
    known, found = gradients(torchs), gradients(ours)
    assert list(found) == list(known)
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, known[name], rtol=0, atol=1e-5, msg=name)


def test_both_workloads_start_from_the_same_weights() -> None:
    started = []
    for name in ("rnn", "rnn-steps"):
        torch.manual_seed(5)
        started.append(list(WORKLOADS[name].build().parameters()))
    assert all(torch.equal(one, other) for one, other in zip(*started, strict=True))


def test_one_step_of_one_unit_is_what_the_equation_says() -> None:
    network = RNNSteps(1, 1, 2)
    with torch.no_grad():
        network.weight_ih_l0.fill_(2.0)
        network.weight_hh_l0.fill_(0.5)
        network.bias_ih_l0.fill_(0.1)
        network.bias_hh_l0.fill_(0.2)
    for x, hidden, after in ((0.5, -0.4, 1.1), (-1.0, 0.4, 0.0)):
        found = network.step(torch.tensor([[x]]), torch.tensor([[hidden]]))
        torch.testing.assert_close(found, torch.tensor([[after]]))
