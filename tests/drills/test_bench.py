from drills import experiment
from drills.bench import OUT, folder_of, result, spreads, table
from drills.thresholds import read

LIMITS = read({"rto_seconds": {"at_most": 20}})
MEASURED = [{"rto_seconds": 14.0}, {"rto_seconds": 18.5}, {"rto_seconds": 15.0}]


def test_a_figure_is_its_median_with_the_extremes_and_the_limit_beside() -> None:
    told = result(list(spreads(MEASURED, LIMITS)), 3, 3)
    assert told["rto_seconds"] == {
        "value": 15.0,
        "unit": "s",
        "beside": {"min": 14.0, "max": 18.5, "runs": 3, "not_measured": 0, "limit": "at most 20"},
    }


def test_a_drill_without_the_figure_is_counted_and_not_taken_for_zero() -> None:
    (spread,) = spreads([*MEASURED, {"rto_seconds": None}], LIMITS)
    assert (spread.least, spread.measured, spread.missing) == (14.0, 3, 1)


def test_a_figure_that_nobody_measured_is_left_out() -> None:
    assert list(spreads([{"rto_seconds": None}], LIMITS)) == []


def test_how_many_passed_stands_beside_how_many_ran() -> None:
    assert result([], 2, 3)["passed"]["beside"] == {"of": 3, "environment": "embedded"}


def test_the_table_has_a_line_for_each_figure() -> None:
    assert table(list(spreads(MEASURED, LIMITS)), 3).row_count == 1


def test_only_the_default_drill_with_its_own_fault_writes_where_the_others_do_not() -> None:
    chosen = [("data-region-outage", None), ("data-region-outage", "reset"), ("switchover", None)]
    folders = [folder_of(experiment.load(name, fault)) for name, fault in chosen]
    assert folders == [OUT, OUT / "data-region-outage-reset", OUT / "switchover"]
