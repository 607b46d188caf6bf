"""A report made of the recorded drill."""

from drills.frame import Moment
from drills.picture import Scene
from drills.report import Report, WriteList
from drills.result import Step
from drills.thresholds import judge, read
from tests.drills import recorded

FIGURES = {
    "detection_seconds": 10.5,
    "decision_seconds": 1.7,
    "rto_seconds": 17.36,
    "unavailable_seconds": 21.4,
    "failback_seconds": 9.8,
    "writes_acknowledged": 1204,
    "writes_lost": 0,
    "writes_listed_as_diverged": 2,
    "max_writers_per_epoch": 1,
    "overlapping_writers_seconds": 0.0,
    "stale_epoch_writes_acknowledged": 13,
}
LIMITS = {
    "detection_seconds": {"at_most": 15},
    "rto_seconds": {"at_most": 20},
    "writes_lost": {"at_most": 0},
    "max_writers_per_epoch": {"at_least": 1, "at_most": 1},
    "overlapping_writers_seconds": {"at_most": 0},
}


def scene() -> Scene:
    moments = {"t0 region lost": 0, "quorum": 10.5, "epoch 2": 12.2, "all clients write": 17.4, "region restored": 20.1}
    return Scene(
        zero=recorded.ZERO,
        events=recorded.events(),
        operations=recorded.operations(),
        sites=recorded.SITES,
        moments=[Moment(at=at, name=name) for name, at in moments.items()],
    )


def report() -> Report:
    return Report(
        title="The data tier survives the loss of its primary region",
        description="The primary AWS region stops answering while clients of both sites write.",
        environment="embedded",
        passed=True,
        facts={"fault": "blackhole", "seed": "7", "took": "78 s"},
        figures=FIGURES,
        judgements=judge(read(LIMITS), FIGURES),
        failures=[],
        scene=scene(),
        steps=[Step(name="mark moving", started=12.0, seconds=0.4, outcome="done")],
        lists=[
            WriteList(name="Lost", meaning="Acknowledged, and neither readable nor listed.", headings=["Key"], rows=[]),
            WriteList(
                name="Diverged",
                meaning="Acknowledged by the lost region and overtaken.",
                headings=["Key", "Write"],
                rows=[["orders/17", "w-1"], ["orders/<b>18", "w-2"]],
            ),
        ],
        settings={"protocol.fall": "3"},
        versions={"python": "3.11.7"},
    )
