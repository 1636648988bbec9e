"""The slides in words: each one's title and caption. Numbers are the caller's."""

from typing import NamedTuple


class Said(NamedTuple):
    """What stands above and below a slide."""

    title: str
    caption: str


def skier(lowest: float, ends: list[str], steps: int) -> Said:
    """`ends`: the loss after so many steps at each learning rate."""
    return Said(
        "A skier feels the slope under his feet and nothing else",
        "One parameter w, four samples, loss = mean of (w x - y)². A step goes learning rate x "
        f"slope downhill; dashed is the tangent at the start. After {steps} steps the loss is "
        f"{', '.join(ends)}; the lowest is {lowest:.2g}.",
    )


def gradients(best: float) -> Said:
    """`best`: the largest error in double precision at the best step, over the networks."""
    return Said(
        "Backpropagation has the slope right",
        "Slope of the loss along five random directions v, against (L(w + hv) - L(w - hv)) / 2h. "
        f"Solid: double precision, where the best step h misses by {best:.0e} at most. "
        "Dotted: single precision. Too large a step sees the curve bend, too small a one sees "
        "rounding.",
    )


def descent(workload: str, side: str, kinds: str) -> Said:
    """`side` is where the seconds are from; empty where nothing was timed."""
    timed = f"; seconds: {side}" if side else ""
    return Said(
        "Single samples, minibatches or the whole set?",
        f"{workload} by gradient descent: {kinds}. The whole set has the best steps, single "
        "samples the most steps per epoch; seconds depend on what a step costs. Each at its best "
        f"learning rate; lines: median of the seeds, bands: all of them{timed}.",
    )


def batches(machine: str, samples: int) -> Said:
    """Of one machine's timing file."""
    return Said(
        "Every step has a fixed cost: small batches never earn it back",
        f"Seconds of a warm epoch of {samples:,} samples on {machine}; lines: median of the "
        "processes, bands: the fastest and slowest. Where two lines cross, the other side wins.",
    )


def epochs(workload: str, sentence: str) -> Said:
    """`sentence` is `turning_line` of the setting that is drawn."""
    return Said(
        "How many epochs? Until the held-out loss turns up",
        f"{workload}, {sentence}. Lines: median of the seeds, bands: all of them; dashed: the "
        "lowest held-out loss, grey: where the seeds have it.",
    )


def kinds(dataset: str, title: str, sentence: str) -> Said:
    """`sentence` is `kinds_line` of the data set."""
    return Said(
        f"{title} On {dataset}",
        f"{sentence} Epochs: until that, median of the seeds [fewest, most].",
    )


def filters(needed: int, seeds: int) -> Said:
    """`needed`: the steps in which the symbol may stand."""
    return Said(
        "The size of the filters says how far back we look",
        f"One of 8 symbols stands in one of the first {needed} steps of a noisy series and is "
        "asked for at its end. Left: two convolutions; lines are the best that what they see "
        "allows. Right: filters of 4 beside networks that have none. Dashed: guessing. Points: "
        f"median of {seeds} seeds.",
    )


def mask(bits: dict[str, float]) -> Said:
    """`bits` per character at the end: `on`, `off` (as trained) and `used` (off, then on)."""
    return Said(
        "Without a causal mask the answer leaks in",
        "A character language model, King James Version. Trained without the mask, every position "
        f"sees the character that it has to predict: {bits['off']:.2g} bits. In use nobody knows "
        f"that character: with the mask on, the same network needs {bits['used']:.2g} bits; one "
        f"trained with the mask {bits['on']:.2g}. Lines: median of the seeds, bands: all of them.",
    )
