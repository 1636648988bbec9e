"""The networks: sizes, starts, and what they may not look at."""

from collections import Counter

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from models import WORKLOADS, Split, Workload, load_dataset, timed_split
from models.optimizers import make_optimizer
from models.recurrent import last_step
from models.transformer import Transformer
from models.transformer_full import PADDING

NAMES = list(WORKLOADS)
VOWELS = ("rnn", "lstm", "lstm-gates", "rnn-steps", "cnn-vowels", "transformer-vowels")
FAR = ("cnn-far", "rnn-far", "lstm-far", "transformer-far")


def samples(workload: Workload, count: int) -> Split:
    return timed_split(load_dataset(workload.dataset).train, count)


def test_the_registry_names_the_workloads() -> None:
    recurrent = ["rnn", "lstm", "lstm-gates", "rnn-steps"]
    transformers = ["transformer", "transformer-encoder", "transformer-full"]
    beside = ["cnn-vowels", "transformer-vowels"]  # the same data as the recurrent ones
    assert ["mlp", "cnn", "cnn-series", *recurrent, *beside, *FAR, *transformers] == NAMES


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("mlp", 784 * 512 + 512 + 512 * 10 + 10),
        ("cnn", 8_954),
        ("rnn", 64 * (12 + 64 + 2) + 64 * 9 + 9),
        ("lstm", 4 * 64 * (12 + 64 + 2) + 64 * 9 + 9),
        ("lstm-gates", 4 * 64 * (12 + 64 + 2) + 64 * 9 + 9),
        ("rnn-steps", 64 * (12 + 64 + 2) + 64 * 9 + 9),
        ("cnn-vowels", 5 * 64 * 12 + 64 + 5 * 64 * 64 + 64 + 64 * 9 + 9),
    ],
)
def test_a_network_has_the_stated_number_of_parameters(name: str, count: int) -> None:
    assert sum(parameter.numel() for parameter in WORKLOADS[name].build().parameters()) == count


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        *((name, (3, 10)) for name in ("mlp", "cnn", "cnn-series", "transformer-encoder")),
        *((name, (3, 9)) for name in VOWELS),
        *((name, (3, 8)) for name in FAR),
        ("transformer", (3, 32, 65)),
        ("transformer-full", (3, 7, 13)),
    ],
)
def test_an_output_scores_each_class_of_each_sample(name: str, shape: tuple[int, ...]) -> None:
    workload = WORKLOADS[name]
    batch = samples(workload, 3)
    output = workload.build()(*batch.inputs)
    assert output.shape == shape
    assert output.dtype == torch.float32
    assert workload.loss(output, batch.targets).shape == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_new_network_guesses_about_as_well_as_chance(name: str) -> None:
    workload = WORKLOADS[name]
    batch = samples(workload, 64)
    torch.manual_seed(0)
    output = workload.build()(*batch.inputs)
    uniform = workload.loss(torch.zeros_like(output), batch.targets)
    assert workload.loss(output, batch.targets).item() == pytest.approx(uniform.item(), rel=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(name: str) -> None:
    def weights(seed: int) -> Tensor:
        torch.manual_seed(seed)
        return torch.cat([p.detach().flatten() for p in WORKLOADS[name].build().parameters()])

    assert torch.equal(weights(3), weights(3))
    assert not torch.equal(weights(3), weights(4))


@pytest.mark.parametrize("name", NAMES)
def test_one_step_moves_every_parameter(name: str) -> None:
    workload = WORKLOADS[name]
    batch = samples(workload, 64)
    torch.manual_seed(0)
    network = workload.build()
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    optimizer = make_optimizer(
        network.parameters(), name="adam", implementation="for-loop", learning_rate=0.01
    )
    torch.autograd.backward(workload.loss(network(*batch.inputs), batch.targets))
    optimizer.step()
    still = [n for n, value in network.named_parameters() if torch.equal(value, before[n])]
    assert still == []


class CountOperations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the operations that reach torch's dispatcher, by name."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.seen[func.overloadpacket._qualified_op_name] += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", NAMES)
def test_a_training_step_reads_nothing_back_to_the_host(name: str) -> None:
    workload = WORKLOADS[name]
    batch = samples(workload, 4)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(), name="sgd", implementation="for-loop", learning_rate=0.01
    )
    with CountOperations() as count:
        torch.autograd.backward(workload.loss(network(*batch.inputs), batch.targets))
        optimizer.step()
    assert sum(count.seen.values()) > 10
    assert count.seen["aten::_local_scalar_dense"] == 0


def test_the_count_of_host_reads_sees_an_item() -> None:
    with CountOperations() as count:
        torch.ones(3).sum().item()
    assert count.seen["aten::_local_scalar_dense"] == 1


def test_the_last_real_step_is_the_one_a_loop_would_pick() -> None:
    outputs = torch.randn(6, 5, 3)
    lengths = torch.tensor([1, 5, 2, 4, 5, 3])
    picked = [outputs[row, length - 1] for row, length in enumerate(lengths.tolist())]
    assert torch.equal(last_step(outputs, lengths), torch.stack(picked))


@pytest.mark.parametrize("name", VOWELS)
def test_what_stands_behind_the_end_of_a_series_changes_no_output(name: str) -> None:
    series, lengths = samples(WORKLOADS[name], 64).inputs
    network = WORKLOADS[name].build()
    behind = torch.arange(series.shape[1]) >= lengths[:, None]  # N, T
    assert behind.any()
    noisy = torch.where(behind[:, :, None], 100 * torch.randn_like(series), series)
    seen, expected = network(noisy, lengths), network(series, lengths)
    torch.testing.assert_close(seen, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", VOWELS)
def test_every_real_step_of_a_series_changes_its_output(name: str) -> None:
    series, lengths = (tensor[:1] for tensor in samples(WORKLOADS[name], 1).inputs)
    network = WORKLOADS[name].build()
    output = network(series, lengths)
    for step in range(int(lengths)):
        changed = series.clone()
        changed[0, step] += 1
        assert not torch.equal(network(changed, lengths), output)


def test_the_causal_transformer_does_not_see_the_future() -> None:
    network = WORKLOADS["transformer"].build()
    (text,) = samples(WORKLOADS["transformer"], 2).inputs
    scores = network(text)
    for place in (1, 16, 31):
        changed = text.clone()
        changed[:, place:] = (changed[:, place:] + 7) % 65
        seen = network(changed)
        torch.testing.assert_close(seen[:, :place], scores[:, :place], rtol=0, atol=1e-6)
        assert not torch.allclose(seen[:, place], scores[:, place], atol=1e-3)


def test_without_the_mask_the_same_transformer_sees_every_position() -> None:
    embedding = torch.nn.Linear(4, 32)
    torch.manual_seed(0)
    encoder = Transformer(embedding, length=6, outputs=3, causal=False)
    vectors = torch.randn(1, 6, 4, requires_grad=True)
    x = encoder.layers(embedding(vectors) + encoder.positions)
    x[0, 0, 0].backward()  # what the first position makes of all
    assert vectors.grad is not None
    assert (vectors.grad.abs().sum(dim=2) > 0).all()


def test_with_the_mask_the_first_position_sees_itself_only() -> None:
    decoder = Transformer(torch.nn.Linear(4, 32), length=6, outputs=3, causal=True)
    vectors = torch.randn(1, 6, 4, requires_grad=True)
    decoder(vectors)[0, 0, 0].backward()
    assert vectors.grad is not None
    assert vectors.grad[0, 0].abs().sum() > 0
    assert vectors.grad[0, 1:].abs().sum() == 0


def full_transformer_with_padding() -> tuple[torch.nn.Module, Tensor, Tensor, Tensor]:
    source, written = samples(WORKLOADS["transformer-full"], 32).inputs
    network = WORKLOADS["transformer-full"].build()
    return network, source, written, network(source, written)


def test_what_padding_is_made_of_changes_no_output_of_the_full_transformer() -> None:
    network, source, written, scores = full_transformer_with_padding()
    assert (source == PADDING).any()
    with torch.no_grad():
        network.get_parameter("source_embedding.weight")[PADDING] = 100 * torch.randn(32)
    torch.testing.assert_close(network(source, written), scores, rtol=0, atol=1e-6)


def test_symbols_behind_the_end_change_no_score_before_it() -> None:
    network, source, written, scores = full_transformer_with_padding()
    behind = written == PADDING
    assert behind.any()
    noisy = torch.where(behind, torch.randint_like(written, 3, 13), written)
    seen = network(source, noisy)
    torch.testing.assert_close(seen[~behind], scores[~behind], rtol=0, atol=1e-6)


def test_the_full_transformer_reads_its_source_and_not_the_symbols_to_come() -> None:
    network, source, written, scores = full_transformer_with_padding()
    other_source = source.clone()
    other_source[:, 0] = (source[:, 0] + 1) % 30 + 1
    changed = (network(other_source, written) - scores).abs().amax(dim=2)
    assert (changed > 1e-4).all()
    other_written = written.clone()
    other_written[:, 3:] = 5
    torch.testing.assert_close(network(source, other_written)[:, :3], scores[:, :3])


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_computes_what_training_does(name: str) -> None:
    workload = WORKLOADS[name]
    batch = samples(workload, 16)
    network = workload.build()
    training = network(*batch.inputs)
    with torch.no_grad():
        evaluation = network.eval()(*batch.inputs)
    torch.testing.assert_close(evaluation, training.detach(), rtol=0, atol=1e-5)
