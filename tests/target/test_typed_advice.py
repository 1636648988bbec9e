"""What becomes of the batch size and the epochs that somebody would have typed."""

from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.target.plans import LEARNED, TIMED, Say


def test_what_was_typed_ends_where_its_curve_stands(say: Say) -> None:
    # 1024 needs 50 (1 + 100 / 1024) = 55 steps, four an epoch: 3 epochs are 12 steps, whose score
    # lies 12 / 55 of the way from 10 % to 90 %.
    lines = say("--batch-size", "1024", "--epochs", "3")
    assert "what you typed (batch 1024, 3 epochs, SGD 0.01) ends at 27" in lines
    assert "% accuracy, 0 of 5 seeds at the target." in lines
    assert "it takes " in lines
    assert "on cpu of devbox" in lines.splitlines()[-1]


def test_what_was_typed_with_enough_epochs_gets_there(say: Say) -> None:
    assert "gets there: it needs 16 epochs." in say("--batch-size", "1024", "--epochs", "30")


def test_what_was_typed_takes_its_own_seconds_with_each_optimiser(say: Say) -> None:
    """Both were timed, in two files of a machine: Adam's step takes twice as long."""

    def timed(name: str, factor: float) -> Corpus:
        def step_seconds(_workload: str, batch_size: int) -> float:
            return factor * 1e-5 * batch_size

        return Corpus(
            **TIMED | {"sides": ("cpu",), "process_noise": 0.0, "epoch_noise": 0.0},
            machine=name,
            run={"optimizer": name},
            cpu_step_seconds=step_seconds,
        )

    plans = [timed("sgd", 1.0), timed("adam", 2.0), LearnCorpus(**LEARNED)]
    (line,) = [
        line
        for line in say("--batch-size", "64", "--epochs", "8", plans=plans).splitlines()
        if line.startswith("it takes ")
    ]
    step = 64e-5
    look = 256e-5 * 1000 / 256 / 3
    sgd, adam = (0.01 + 8 * factor * (63 * step + look) for factor in (1, 2))
    assert f"{1000 * sgd:.0f} ms on cpu of sgd with SGD" in line
    assert f"{1000 * adam:.0f} ms on cpu of adam with Adam" in line


def test_a_batch_size_alone_is_told_its_epochs(say: Say) -> None:
    assert "what you typed (batch 1024, Adam 0.01) needs 16 epochs." in say("--batch-size", "1024")


def test_a_batch_size_that_was_not_trained_is_not_made_up(say: Say) -> None:
    words = say("--batch-size", "100", "--epochs", "3", "--optimizer", "sgd")
    assert "batch 100 was not trained; learned: batch 16, 64, 256, 1024." in words
    for batch, score, seeds in ((64, 90, 5), (256, 65.6, 0)):
        lead = f"next to it (batch {batch}, 3 epochs, SGD 0.01) ends at {score:g} % accuracy, "
        assert f"{lead}{seeds} of 5 seeds at the target." in words
    assert "it takes " not in words


def test_a_batch_beyond_the_training_data_is_the_whole_set(say: Say) -> None:
    learned = LearnCorpus(**LEARNED | {"batch_sizes": (64, 4000), "optimizers": ("sgd",)})
    words = say("--batch-size", "5000", "--epochs", "3", plans=[Corpus(**TIMED), learned])
    assert "batch 5000 is more than the 4000 training samples: the whole set." in words
    assert "what you typed (batch 4000, 3 epochs, SGD 0.01) ends at " in words


def test_epochs_alone_are_enough_for_some_batch_sizes_and_the_fastest_of_them_is_told(
    say: Say,
) -> None:
    lines = say("--epochs", "4", "--optimizer", "sgd").splitlines()
    (own,) = [line for line in lines if line.startswith("what you typed (4 epochs, SGD)")]
    words = "is enough for batch 16, 64; not for batch 256 (6 epochs), 1024 (18 epochs)."
    assert own.endswith(words)
    within = [line for line in lines if line.startswith("the fastest within that, on ")]
    assert len(within) == 2
    assert all("train with batch 64, SGD 0.01, " in line for line in within)
    assert "is enough for no batch size; not for batch 16 (3 epochs)" in say("--epochs", "1")


def test_whole_epochs_are_told_with_the_seeds_that_stand_there(say: Say) -> None:
    words = say("--optimizer", "sgd", "--epochs", "4")
    assert "SGD 0.01, 4 epochs (5 of 5 seeds end at the target): " in words
    assert "5 of 5 seeds were not trained that far: they count as they ended" in words
    assert "in brackets: where 95 % of single runs end" in words
