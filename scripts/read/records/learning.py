"""What a learning file says: each field's name, type, unit and bounds.

Curves are looks at held-out data: a null is a number that was not finite, or a training loss
before the first step.
"""

from typing import Annotated, Literal

from msgspec import Meta

from scripts.read.metric import Better, Metric
from scripts.read.records.fields import Count, Measure, Name, Number, Record, Text
from scripts.read.records.machine import MachineInfo
from scripts.read.text import safe_text

Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Seeds = Annotated[list[Seed], Meta(min_length=1, max_length=1000)]
Short = Annotated[str, Meta(max_length=100)]
Curve = Annotated[list[Measure | None], Meta(max_length=100_000)]


class LearningSettings(Record):
    """What was asked for: a target of each workload, in its goal metric; `cap_*`: the most trained.

    `patience`: how many times as long as the best learning rate another one may take. `to_end`: the
    figure seeds were trained to the last epoch. `train_samples`: only the first so many were used.
    """

    command: Text
    targets: dict[Name, Measure]
    tuning_seeds: Seeds
    figure_seeds: Seeds
    cap_epochs: Count
    cap_steps: Count
    patience: Annotated[float, Meta(ge=1, le=1e6)]
    started: Short = ""
    finished: Short = ""
    preset: Text | None = None
    precision: Text = ""
    to_end: bool = False
    train_samples: Count | None = None


class Learned(Record):
    """A workload: its data, how many samples an epoch has, and what its score is."""

    definition: Short
    train_samples: Count
    goal_metric: Name
    goal_better: Better | None = None
    goal_unit: Short | None = None
    held_out_samples: Count | None = None
    dataset: Text = ""

    @property
    def metric(self) -> Metric:
        """Its score; of a file from before they said it, one of the three that there were."""
        name = self.goal_metric
        if self.goal_better is None:
            return Metric(name, "lower", "") if name == "bits_per_character" else Metric(name)
        return Metric(name, self.goal_better, safe_text(self.goal_unit or ""))


class NotLearned(Record):
    """A cell that was not trained, and why."""

    workload: Annotated[str, Meta(max_length=60)]
    batch_size: Count
    optimizer: Annotated[str, Meta(max_length=60)]
    reason: Text
    detail: Text


class LearningRun(Record):
    """One training: `steps` are those taken before each look, the curves what it found.

    `epoch_train_*` are of the whole training split: untrained, then after each epoch.
    """

    workload: Name
    batch_size: Count
    optimizer: Name
    learning_rate: Annotated[float, Meta(gt=0, le=1e300)]
    seed: Seed
    ended: Literal["target", "cap", "diverged", "hopeless", "failed"]
    detail: Text
    steps: Annotated[list[Number], Meta(max_length=100_000)]
    train_loss: Curve
    loss: Curve
    score: Curve
    epoch_train_loss: Curve = []
    epoch_train_score: Curve = []

    @property
    def axes(self) -> tuple[str, int, str, float, int]:
        """What tells it from every other run."""
        return (self.workload, self.batch_size, self.optimizer, self.learning_rate, self.seed)


class Learning(Record):
    """`crossover_learning`; `planned` are cells."""

    schema_version: Literal[1, 2]
    complete: bool
    planned: Annotated[int, Meta(ge=0, le=1_000_000)]
    run: LearningSettings
    workloads: dict[Name, Learned]
    absent: Annotated[list[NotLearned], Meta(max_length=1_000_000)]
    runs: Annotated[list[LearningRun], Meta(max_length=200_000)]


class FigureAxes(Record):
    """A cell that reached its target."""

    workload: Name
    batch_size: Count
    optimizer: Name


class FigureMarks(Record):
    """The learning rate of its figure."""

    learning_rate: Annotated[float, Meta(gt=0, le=1e300)]


class FigureStats(Record):
    """Epochs to the target, a figure seed each."""

    data: Annotated[list[Annotated[float, Meta(ge=0, le=1e9)]], Meta(max_length=1000)]


class Figure(Record):
    """A cell as pytest-benchmark writes it."""

    params: FigureAxes
    extra_info: FigureMarks
    stats: FigureStats


class LearningFile(Record):
    """A learning file; in version 1 every run ends at its target."""

    machine_info: MachineInfo
    crossover_learning: Learning
    benchmarks: Annotated[list[Figure], Meta(max_length=200_000)] = []
