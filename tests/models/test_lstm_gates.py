"""The LSTM from its gate equations against torch's."""

import torch
from torch import Tensor, nn

from models import WORKLOADS
from models.lstm_gates import LSTMGates
from models.recurrent import LSTM


def batch() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    series = torch.randn(16, 29, 12, generator=generator)
    lengths = torch.randint(7, 30, (16,), generator=generator)
    targets = torch.randint(0, 9, (16,), generator=generator)
    return series, lengths, targets


def gradients(network: nn.Module) -> dict[str, Tensor]:
    series, lengths, targets = batch()
    torch.autograd.backward(nn.functional.cross_entropy(network(series, lengths), targets))
    return {
        name.removeprefix("recurrent."): parameter.grad
        for name, parameter in network.named_parameters()
        if parameter.grad is not None
    }


def same_weights() -> tuple[LSTM, LSTMGates]:
    torchs, ours = LSTM(12, 64, 9), LSTMGates(12, 64, 9)
    ours.load_state_dict(
        {name.removeprefix("recurrent."): value for name, value in torchs.state_dict().items()}
    )
    return torchs, ours


def test_with_the_same_weights_outputs_equal_those_of_torch() -> None:
    torchs, ours = same_weights()
    series, lengths, _ = batch()
    expected = torchs(series, lengths)
    assert expected.abs().max() > 0.05
    torch.testing.assert_close(ours(series, lengths), expected, rtol=0, atol=1e-5)


def test_with_the_same_weights_gradients_equal_those_of_torch() -> None:
    torchs, ours = same_weights()
    expected, found = gradients(torchs), gradients(ours)
    assert list(found) == list(expected)
    assert len(found) == 6
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, expected[name], rtol=0, atol=1e-5, msg=name)


def test_both_workloads_start_from_the_same_weights() -> None:
    torch.manual_seed(5)
    torchs = WORKLOADS["lstm"].build()
    torch.manual_seed(5)
    ours = WORKLOADS["lstm-gates"].build()
    for one, other in zip(torchs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(one, other)


def test_one_step_of_one_unit_is_what_the_equations_say() -> None:
    network = LSTMGates(1, 1, 2)
    with torch.no_grad():
        network.weight_ih_l0.copy_(torch.tensor([[1.0], [2.0], [3.0], [4.0]]))
        network.weight_hh_l0.copy_(torch.tensor([[0.5], [0.6], [0.7], [0.8]]))
        network.bias_ih_l0.copy_(torch.tensor([0.1, 0.2, 0.3, 0.4]))
        network.bias_hh_l0.zero_()
    x, hidden, cell = (torch.tensor([[value]]) for value in (0.5, -0.4, 0.9))
    sigmoid, tanh = torch.sigmoid, torch.tanh
    input_gate = sigmoid(torch.tensor(1.0 * 0.5 + 0.5 * -0.4 + 0.1))
    forget_gate = sigmoid(torch.tensor(2.0 * 0.5 + 0.6 * -0.4 + 0.2))
    candidate = tanh(torch.tensor(3.0 * 0.5 + 0.7 * -0.4 + 0.3))
    output_gate = sigmoid(torch.tensor(4.0 * 0.5 + 0.8 * -0.4 + 0.4))
    new_cell = forget_gate * 0.9 + input_gate * candidate
    found_hidden, found_cell = network.step(x, hidden, cell)
    torch.testing.assert_close(found_cell.squeeze(), new_cell)
    torch.testing.assert_close(found_hidden.squeeze(), output_gate * tanh(new_cell))
