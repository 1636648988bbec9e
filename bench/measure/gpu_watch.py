"""Was the GPU ours alone, and did it keep its clock? Asked of NVML while a block runs.

NVML knows NVIDIA's GPUs only; on other devices, without the library or without permission there is
nothing to tell: a note says why, and nothing raises.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from bench.measure.nvml import ask, find_card, load_nvml, whole_card

SAMPLE_EVERY_SECONDS = 0.5
# While the CPU's worker runs the GPU has nothing to do for us. Another program uses it when it was
# at work for more than this many per cent of a sample's time (a desktop stays below), ...
BUSY_PERCENT = 10
# ... in more than this share of the samples, of which there have to be a few.
BUSY_SHARE = 0.25
FEWEST_SAMPLES = 4
# NVML's utilisation is a mean over up to a second that went by: our own GPU worker may be in it.
SETTLE_SECONDS = 1.5
# Bits of nvmlDeviceGetCurrentClocksEventReasons that slow a GPU against its will. A power cap is
# not among them: it is how a GPU under full load works.
THROTTLE_REASONS = {
    0x08: "hardware slowdown",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "power brake",
}


@dataclass
class Card:
    """One GPU under watch: what NVML calls it, and what was seen of it.

    `idle_percents` are its utilisations while the CPU side ran; `others` the most processes at a
    time that were on it without a worker of ours.
    """

    device: str
    handle: Any
    others: int | None = None
    idle_percents: list[int] = field(default_factory=list)
    throttled: set[str] = field(default_factory=set)
    mhz_before: int | None = None
    mhz_after: int | None = None
    mhz_most: int | None = None

    def busy(self) -> bool:
        """Whether another program used it while it had nothing to do for us."""
        seen = self.idle_percents
        above = sum(percent > BUSY_PERCENT for percent in seen)
        return len(seen) >= FEWEST_SAMPLES and above > BUSY_SHARE * len(seen)

    def facts(self) -> dict[str, Any]:
        """What was seen; None where NVML does not tell."""
        seen = self.idle_percents
        return {
            "device": self.device,
            "other_processes": self.others,
            "idle_percent": round(fmean(seen), 1) if seen else None,
            "sm_mhz_before": self.mhz_before,
            "sm_mhz_after": self.mhz_after,
            "sm_mhz_most": self.mhz_most,
            "throttled": sorted(self.throttled),
        }


@dataclass
class GpuWatch:
    """Watches GPUs from `with` to its end; afterwards `facts` and `suspicions` tell.

    `accelerators` are the machine's, as the probe describes them. The block says whose worker runs
    by `side`.
    """

    devices: Iterable[str]
    accelerators: Iterable[dict[str, Any]] = ()
    nvml: Any | None = None
    cards: list[Card] = field(default_factory=list)
    note: str | None = None
    cpu_since: float | None = None
    """When the CPU's worker began that runs now; None while none does."""

    def __enter__(self) -> "GpuWatch":
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        wanted = [card for card in self.accelerators if card["device"] in set(self.devices)]
        if not wanted:
            return self
        if self.nvml is None:
            self.nvml = load_nvml()
        if self.nvml is None:
            self.note = "not watched: there is no NVML for this GPU"
            return self
        self._find(wanted)
        for card in self.cards:
            card.others = self._processes(card)
            card.mhz_before = self._mhz(card)
        if self.cards:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
        for card in self.cards:
            card.mhz_after = self._mhz(card)

    @contextmanager
    def side(self, device: str) -> Iterator[None]:
        """A worker on this device runs inside."""
        self.cpu_since = time.monotonic() if device == "cpu" else None
        try:
            yield
        finally:
            self.cpu_since = None

    def _find(self, wanted: list[dict[str, Any]]) -> None:
        for about in wanted:
            handle = find_card(self.nvml, about)
            if handle is not None:
                self.cards.append(Card(about["device"], handle))
            elif about.get("uuid") or about.get("bus_id"):
                self.note = f"{about['device']} is not watched: NVML does not know it"
            else:
                self.note = f"{about['device']} is not watched: torch tells no UUID of it"

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_EVERY_SECONDS):
            for card in self.cards:
                self._sample(card)

    def _sample(self, card: Card) -> None:
        nvml: Any = self.nvml
        whole = whole_card(nvml, card.handle)
        bits = ask(lambda: int(nvml.nvmlDeviceGetCurrentClocksEventReasons(whole))) or 0
        card.throttled |= {words for bit, words in THROTTLE_REASONS.items() if bits & bit}
        card.mhz_most = max(card.mhz_most or 0, self._mhz(card) or 0) or None
        since = self.cpu_since
        if since is None or time.monotonic() - since < SETTLE_SECONDS:
            return
        percent = ask(lambda: int(nvml.nvmlDeviceGetUtilizationRates(card.handle).gpu))
        processes = self._processes(card)
        if self.cpu_since != since:  # the side has changed meanwhile
            return
        if percent is not None:
            card.idle_percents.append(percent)
        if processes is not None:
            card.others = max(card.others or 0, processes)

    def _mhz(self, card: Card) -> int | None:
        """The clock of the card's multiprocessors."""
        nvml: Any = self.nvml
        whole = whole_card(nvml, card.handle)
        return ask(lambda: int(nvml.nvmlDeviceGetClockInfo(whole, nvml.NVML_CLOCK_SM)))

    def _processes(self, card: Card) -> int | None:
        """Processes that compute on the card now."""
        nvml: Any = self.nvml
        return ask(lambda: len(nvml.nvmlDeviceGetComputeRunningProcesses(card.handle)))

    def facts(self) -> dict[str, Any]:
        """What was seen of each GPU, and why one was not watched."""
        return {"gpus": [card.facts() for card in self.cards], "gpu_note": self.note}

    def suspicions(self) -> list[str]:
        """Reasons why the block's figures are suspect, in words."""
        reasons = [
            f"another program uses the GPU ({fmean(card.idle_percents):.0f} % while the CPU side "
            "ran)"
            for card in self.cards
            if card.busy()
        ]
        throttled = set().union(*(card.throttled for card in self.cards))
        return reasons + [f"throttled: {words} on the GPU" for words in sorted(throttled)]
