from localcloud.caller import INTERNAL
from localcloud.calls import KEPT, CallLog
from localcloud.request import Request

REQUEST = Request(
    caller=INTERNAL, region="us-east-1", service="sns", operation="Publish", params={}, body=b"", environ={}
)


def test_calls_are_numbered_in_the_order_in_which_they_ended() -> None:
    calls = CallLog(clock=iter([1.0, 2.0, 3.0]).__next__)
    for status in (200, None, 500):
        calls.add(REQUEST, status, None)
    assert [(call.number, call.at, call.status) for call in calls.since(1)] == [(2, 2.0, None), (3, 3.0, 500)]


def test_nothing_is_newer_than_the_newest() -> None:
    calls = CallLog()
    calls.add(REQUEST, 200, None)
    assert calls.since(1) == calls.since(7) == []


def test_only_the_newest_are_kept_and_keep_their_numbers() -> None:
    calls = CallLog()
    for _ in range(KEPT + 5):
        calls.add(REQUEST, 200, None)
    kept = calls.since(0)
    assert (len(kept), kept[0].number, calls.last) == (KEPT, 6, KEPT + 5)
