from localcloud.decisions import DecisionLog
from localcloud.iam import Access

READ = Access(action="dynamodb:GetItem", resource="table", context={"dynamodb:leadingkeys": ("tier#data",)})


def test_a_decision_is_kept_once_and_shows_up_again_each_time_it_is_taken() -> None:
    log = DecisionLog()
    log.add("checker", READ, allowed=True)
    log.add("notifier", READ, allowed=True)
    last = log.since(0)[-1].number
    log.add("checker", READ, allowed=True)
    assert [one.role for one in log.since(0)] == ["notifier", "checker"]
    assert [one.role for one in log.since(last)] == ["checker"]


def test_a_refusal_does_not_hide_the_permission_before_it() -> None:
    log = DecisionLog()
    log.add("checker", READ, allowed=True)
    log.add("checker", READ, allowed=False)
    assert [one.allowed for one in log.since(0)] == [True, False]
