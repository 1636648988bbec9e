"""Was only our work on the GPU, and did it keep its clock? Asked of NVML while a block runs.

NVML knows NVIDIA's GPUs only; on other devices, without the library or without permission there is
nothing to tell: a note says why, and nothing raises.
"""

import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from msgspec import Struct

from bench.measure.ask import ask
from bench.measure.host.nvml import find_card, load_nvml, whole_card

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


class CardFacts(Struct):
    """What was seen of a GPU during a block; None where NVML does not tell.

    `other_processes` and `idle_percent` (of the time) are from while only the CPU side ran.
    """

    device: str
    other_processes: int | None = None
    idle_percent: float | None = None
    sm_mhz_before: int | None = None
    sm_mhz_after: int | None = None
    sm_mhz_most: int | None = None
    throttled: list[str] = []


@dataclass
class Card:
    """One GPU under watch: what NVML calls it, what was seen, and how busy it was when idle."""

    nvml: Any
    handle: Any
    seen: CardFacts
    idle_percents: list[int] = field(default_factory=list)

    def busy(self) -> bool:
        """Whether another program used it while it had nothing to do for us."""
        percents = self.idle_percents
        above = sum(percent > BUSY_PERCENT for percent in percents)
        return len(percents) >= FEWEST_SAMPLES and above > BUSY_SHARE * len(percents)

    def facts(self) -> CardFacts:
        """Returns what was seen so far."""
        if self.idle_percents:
            self.seen.idle_percent = round(fmean(self.idle_percents), 1)
        return self.seen

    def mhz(self) -> int | None:
        """Asks for the clock of the card's multiprocessors."""
        whole = whole_card(self.nvml, self.handle)
        return ask(lambda: int(self.nvml.nvmlDeviceGetClockInfo(whole, self.nvml.NVML_CLOCK_SM)))

    def processes(self) -> int | None:
        """Counts the processes that compute on the card now."""
        return ask(lambda: len(self.nvml.nvmlDeviceGetComputeRunningProcesses(self.handle)))

    def percent(self) -> int | None:
        """Asks how much of the last moments the card was at work."""
        return ask(lambda: int(self.nvml.nvmlDeviceGetUtilizationRates(self.handle).gpu))

    def look(self) -> None:
        """Takes note of the clock, and of what slows it down."""
        whole = whole_card(self.nvml, self.handle)
        bits = ask(lambda: int(self.nvml.nvmlDeviceGetCurrentClocksEventReasons(whole))) or 0
        slowed = {words for bit, words in THROTTLE_REASONS.items() if bits & bit}
        self.seen.throttled = sorted({*self.seen.throttled, *slowed})
        self.seen.sm_mhz_most = max(self.seen.sm_mhz_most or 0, self.mhz() or 0) or None


@dataclass
class GpuWatch:
    """Watches GPUs from `with` to its end; afterwards `facts` and `suspicions` tell.

    `accelerators` are the machine's, as the probe describes them. The block says whose worker runs
    by `side`.
    """

    devices: Collection[str]
    accelerators: Iterable[dict[str, Any]] = ()
    nvml: Any | None = None
    cards: list[Card] = field(default_factory=list)
    note: str | None = None
    cpu_since: float | None = None
    """When the CPU's worker began that runs now; None while none does."""

    def __enter__(self) -> "GpuWatch":
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        for about in self.accelerators:
            if about["device"] in self.devices:
                self._find(about)
        for card in self.cards:
            card.seen.other_processes, card.seen.sm_mhz_before = card.processes(), card.mhz()
        if self.cards:
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        if self.cards:
            self._thread.join()
        for card in self.cards:
            card.seen.sm_mhz_after = card.mhz()

    @contextmanager
    def side(self, device: str) -> Iterator[None]:
        """Says that a worker on this device runs inside."""
        self.cpu_since = time.monotonic() if device == "cpu" else None
        try:
            yield
        finally:
            self.cpu_since = None

    def _find(self, about: dict[str, Any]) -> None:
        self.nvml = self.nvml or load_nvml()
        if self.nvml is None:
            self.note = "not watched: there is no NVML for this GPU"
        elif (handle := find_card(self.nvml, about)) is not None:
            self.cards.append(Card(self.nvml, handle, CardFacts(about["device"])))
        elif about.get("uuid") or about.get("bus_id"):
            self.note = f"{about['device']} is not watched: NVML does not know it"
        else:
            self.note = f"{about['device']} is not watched: torch tells no UUID of it"

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_EVERY_SECONDS):
            for card in self.cards:
                self._sample(card)

    def _sample(self, card: Card) -> None:
        card.look()
        since = self.cpu_since
        if since is None or time.monotonic() - since < SETTLE_SECONDS:
            return
        percent, processes = card.percent(), card.processes()
        if self.cpu_since != since:  # the side has changed meanwhile
            return
        if percent is not None:
            card.idle_percents.append(percent)
        if processes is not None:
            card.seen.other_processes = max(card.seen.other_processes or 0, processes)

    def facts(self) -> list[CardFacts]:
        """Returns what was seen of each GPU."""
        return [card.facts() for card in self.cards]

    def suspicions(self) -> list[str]:
        """Returns the reasons why the block's figures are suspect, in words."""
        busy = [fmean(card.idle_percents) for card in self.cards if card.busy()]
        throttled = {words for card in self.cards for words in card.seen.throttled}
        return [
            *(f"another program uses the GPU ({n:.0f} % while the CPU side ran)" for n in busy),
            *(f"throttled: {words} on the GPU" for words in sorted(throttled)),
        ]
