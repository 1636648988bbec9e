"""The course's plot: training and held-out curves after every epoch, and where they part."""

import numpy as np

from tests.figures.test_figures import words_of
from tests.figures.test_target import drawn


def test_training_and_held_out_curves_meet_the_turning_point_in_every_setting() -> None:
    figure = drawn("to the end", timed=False)["fit-learner-mlp"]
    assert len(figure.axes) == 2 * 3  # of eight settings the first, one between and the last
    for axes in figure.axes:
        fitted, held_out, turn = axes.lines
        assert len(np.asarray(fitted.get_xdata())) == len(np.asarray(held_out.get_xdata())) == 41
        assert 8 <= np.asarray(turn.get_xdata())[0] <= 12
    loss = np.asarray(figure.axes[0].lines[1].get_ydata())
    assert 8 <= loss.argmin() <= 12
    words = words_of(figure)
    assert "training data" in words
    assert "held-out data" in words
