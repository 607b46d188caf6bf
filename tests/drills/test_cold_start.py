"""What is said of measured cold starts."""

from drills.cold_start import ColdStart, result


def test_each_figure_has_its_median_its_extremes_and_every_start_in_turn() -> None:
    pairs = ((0.9, 1.3), (0.6, 1.1), (0.7, 1.0))
    taken = [ColdStart(first_conditional_write_seconds=write, new_epoch_seconds=epoch) for write, epoch in pairs]
    writes, epochs = {"runs": 3, "in_turn": [0.9, 0.6, 0.7]}, {"runs": 3, "in_turn": [1.3, 1.1, 1.0]}
    assert result(taken) == {
        "first_conditional_write_seconds": {"value": 0.7, "unit": "s", "beside": {"min": 0.6, "max": 0.9, **writes}},
        "new_epoch_seconds": {"value": 1.1, "unit": "s", "beside": {"min": 1.0, "max": 1.3, **epochs}},
    }
