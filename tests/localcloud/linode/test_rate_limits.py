"""How many calls a token may make."""

from tests.localcloud.linode.bench import REGION, Bench


def test_more_lists_than_allowed_are_turned_away_until_the_window_is_over(bench: Bench) -> None:
    for _ in range(200):
        answer = bench.ask("GET", "/domains")
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, "0")
    refused = bench.ask("GET", "/domains")
    assert refused.error == (429, "Too many requests", None)
    assert refused.headers["Retry-After"] == "60"
    bench.pass_time(45)
    assert bench.ask("GET", "/domains").headers["Retry-After"] == "15"
    bench.pass_time(15)
    assert bench.ask("GET", "/domains").status == 200


def test_instances_are_created_20_in_15_seconds_at_most(bench: Bench) -> None:
    fields = {"region": REGION, "type": "g6-nanode-1"}
    answers = [bench.ask("POST", "/linode/instances", fields) for _ in range(21)]
    assert [each.status for each in answers] == [200] * 20 + [429]
    assert answers[-1].headers["Retry-After"] == "15"
    assert bench.get("/linode/instances")["results"] == 20


def test_each_operation_and_each_token_is_counted_by_itself(bench: Bench) -> None:
    other = bench.post("/profile/tokens", label="other", scopes="*")["token"]
    for _ in range(20):
        bench.get("/images")
    assert bench.ask("GET", "/images").status == 429
    assert bench.ask("GET", "/volumes").status == 200
    for _ in range(200):
        bench.get("/domains")
    assert bench.ask("GET", "/domains").status == 429
    assert bench.ask("GET", "/domains", token=other).status == 200


def test_a_call_is_told_what_is_left(bench: Bench) -> None:
    headers = bench.ask("GET", "/profile").headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("1600", "1599")
