import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from localcloud.front import Front
from tests.localcloud.conftest import ClientOf


def ask(front: Front, method: str, path: str, fields: object = None) -> object:
    body = None if fields is None else json.dumps(fields).encode()
    with urlopen(Request(f"{front.endpoint}/_cloud/{path}", body, method=method), timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_it_tells_when_it_is_ready(front: Front) -> None:
    assert ask(front, "GET", "health") == {"ready": True}


def test_faults_are_added_counted_and_lifted(front: Front, client: ClientOf) -> None:
    ask(front, "POST", "faults", {"id": "slow", "effect": "latency", "latency_ms": 1, "service": "sns"})
    client("sns").list_topics()
    (told,) = _listed(ask(front, "GET", "faults"))
    assert (told["id"], told["matched"], told["hits"]) == ("slow", 1, 1)
    assert ask(front, "DELETE", "faults?id=slow") == []


def _listed(answer: object) -> list[dict[str, object]]:
    assert isinstance(answer, list)
    return answer


def test_regions_are_lost_cut_and_restored(front: Front) -> None:
    ask(front, "POST", "regions", {"region": "us-east-1", "action": "darken", "how": "reset"})
    ask(front, "POST", "regions", {"region": "us-west-2", "action": "isolate"})
    assert ask(front, "GET", "regions") == {"us-east-1": "dark:reset", "us-west-2": "isolated"}
    assert ask(front, "POST", "regions", {"action": "restore"}) == {}


def test_calls_are_told_since_a_number(front: Front, client: ClientOf) -> None:
    since = front.gateway.calls.last
    client("sns").list_topics()
    (told,) = _listed(ask(front, "GET", f"calls?since={since}"))
    assert (told["number"], told["operation"], told["status"]) == (since + 1, "ListTopics", 200)


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "faults", {"effect": "explode"}, 400),
        ("POST", "faults", {"effect": "reset", "regoin": "us-east-1"}, 400),
        ("POST", "faults", ["reset"], 400),
        ("POST", "regions", {"region": "us-east-1", "action": "darken", "how": "loudly"}, 400),
        ("POST", "regions", {"action": "isolate"}, 400),
        ("POST", "calendar", {"seconds": "a day"}, 400),
        ("POST", "calendar", {"seconds": 0}, 400),
        ("GET", "calls?since=yesterday", None, 400),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    front: Front, method: str, path: str, fields: object, status: int
) -> None:
    with pytest.raises(HTTPError) as caught:
        ask(front, method, path, fields)
    with caught.value as answer:
        assert (answer.code, "error" in json.load(answer)) == (status, True)
