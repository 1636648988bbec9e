"""`python -m tests.evidence.accelerator.checks DEVICE`: does it do what the suite says of it?

One line of JSON a check, as soon as it is known: `name`, `ok` (null: cannot be told here), `words`
and the figures behind them. Needs torch and nothing else.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from bench.measure.host.nvml import card_address, card_facts, find_card, load_nvml
from bench.train.device import make_clock, open_device
from bench.train.errors import classify
from bench.why.operations import count_synchronisations
from tests.evidence.accelerator import NO_DEVICE
from tests.evidence.accelerator.precision import Check, precision

TIMED_PRODUCTS = (1, 10, 100)
LARGEST_EVENT_EXCESS = 1.001
ROUNDS = 5
QUEUED_PRODUCTS = 20
SMALLEST_MATRIX, LARGEST_MATRIX = 128, 16384


def main(name: str) -> int:
    """Prints every check; 1 when one of them says that something is wrong, 3 without a device."""
    try:
        device = open_device(name)
    except Exception as error:  # noqa: BLE001 - what it was is the answer
        reason, detail = classify(error)
        told = {"name": "open", "ok": False, "words": f"{reason}: {detail}"}
        print(json.dumps(told), flush=True)
        return NO_DEVICE
    wrong = False
    for check in checks(device):
        print(json.dumps(check), flush=True)
        wrong |= check["ok"] is False
    return int(wrong)


def checks(device: torch.device) -> Iterator[Check]:
    """Every check; one that raises says so and the others go on."""
    for about, make in CHECKS.items():
        try:
            yield from ({"name": about} | check for check in make(device))
        except Exception as error:  # noqa: BLE001 - what it was is the evidence
            reason, detail = classify(error)
            lacking = reason == "unsupported"
            yield {"name": about, "ok": None if lacking else False, "words": f"{reason}: {detail}"}


def facts(device: torch.device) -> Iterator[Check]:
    """What torch says of itself and of the device."""
    module = torch.get_device_module(device)
    properties = getattr(module, "get_device_properties", lambda _: None)(device.index or 0)
    arches: list[str] = getattr(module, "get_arch_list", list)()
    cudnn: Any = torch.backends.cudnn
    yield {
        "ok": None,
        "words": f"torch {torch.__version__} on {device}: {properties}",
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "hip": torch.version.hip,
        "cudnn": cudnn.version() if cudnn.is_available() else None,
        "arch_list": arches,
        "devices": module.device_count(),
    }


def events(device: torch.device) -> Iterator[Check]:
    """Device events around the same work as the wall clock: never longer than the wall."""
    clock = make_clock(device)
    matrix = torch.ones(512, 512, device=device)
    for products in TIMED_PRODUCTS:

        def work(products: int = products) -> None:
            for _ in range(products):
                matrix @ matrix

        work()
        timings = [clock.time(work) for _ in range(ROUNDS)]
        known = [timing for timing in timings if timing.event_seconds is not None]
        wall = median(timing.wall_seconds for timing in timings)
        if not known:
            yield {"ok": None, "words": f"{device} has no events", "wall_seconds": wall}
            return
        excess = max((timing.event_seconds or 0.0) / timing.wall_seconds for timing in known)
        share = median((timing.event_seconds or 0.0) / timing.wall_seconds for timing in known)
        yield {
            "ok": excess <= LARGEST_EVENT_EXCESS,
            "words": f"{products} products: {wall:.3g} s on the wall, events {share:.0%} of it",
            "products": products,
            "wall_seconds": wall,
            "largest_event_share": excess,
        }


def waiting(device: torch.device) -> Iterator[Check]:
    """How much of the work a clock misses that does not wait for the device."""
    clock = make_clock(device)
    matrix = product_of_a_millisecond(device)

    def work() -> None:
        for _ in range(QUEUED_PRODUCTS):
            matrix @ matrix

    work()
    whole = median(clock.time(work).wall_seconds for _ in range(ROUNDS))
    seen = []
    for _ in range(ROUNDS):
        clock.synchronise()
        start = clock.now()
        work()
        seen.append((clock.now() - start) / 1e9)
        clock.synchronise()
    share = median(seen) / whole
    yield {
        "ok": None,
        "words": f"a clock that does not wait sees {share:.0%} of the time",
        "seen_share": share,
    }


def nvml(device: torch.device) -> Iterator[Check]:
    """Whether NVML finds the card that torch uses, by its UUID, and what it tells of it."""
    module: Any = torch.get_device_module(device)
    ask = getattr(module, "get_device_properties", None)
    properties = ask(device.index or 0) if ask else None
    library, address = load_nvml(), card_address(properties)
    if library is None or device.type != "cuda":
        yield {"ok": None, "words": "no NVML, or no card of its kind"}
        return
    card = find_card(library, address)
    name = None if card is None else library.nvmlDeviceGetName(card)
    yield {
        "ok": name is not None and name == getattr(properties, "name", None),
        "words": f"NVML counts {library.nvmlDeviceGetCount()} cards and calls this one {name}",
        "devices": module.device_count(),
        "facts": card_facts(address, library),
    }


def product_of_a_millisecond(device: torch.device) -> Tensor:
    """A square matrix whose product with itself takes about a millisecond or more."""
    clock, size = make_clock(device), SMALLEST_MATRIX
    while True:
        matrix = torch.ones(size, size, device=device)
        matrix @ matrix
        seconds = clock.time(partial(torch.mm, matrix, matrix)).wall_seconds
        if seconds > 1e-3 or size >= LARGEST_MATRIX:
            return matrix
        size *= 2


def synchronisations(device: torch.device) -> Iterator[Check]:
    """How often the host waits in a forward and a backward pass, an update and a look: 0 0 0 1."""
    network = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)
    inputs = torch.randn(32, 64).to(device)
    targets = torch.zeros(32, dtype=torch.long).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, foreach=True)
    losses: list[Tensor] = []

    def forward() -> None:
        losses.append(nn.functional.cross_entropy(network(inputs), targets))

    def backward() -> None:
        losses[-1].backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it

    def look() -> None:
        losses[-1].item()

    steps = {"forward": forward, "backward": backward, "update": optimizer.step, "look": look}
    for step in steps.values():  # what waits only once is no part of a step
        step()
    counts = {name: count_synchronisations(step, device) for name, step in steps.items()}
    known = None not in counts.values()
    told = " ".join(f"{name} {count}" for name, count in counts.items())
    yield {
        "ok": list(counts.values()) == [0, 0, 0, 1] if known else None,
        "words": told if known else f"{device} does not count them",
        "counts": counts,
    }


CHECKS: dict[str, Callable[[torch.device], Iterator[Check]]] = {
    "facts": facts,
    "precision": precision,
    "events": events,
    "waiting": waiting,
    "synchronisations": synchronisations,
    "nvml": nvml,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
