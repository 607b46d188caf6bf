"""Events become effects once, on real databases; what a database that took over lacks is replayed."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nodes.app.database import NotServing, NoWriter
from nodes.app.inbox import Inbox
from nodes.app.inbox_worker import MOST_ATTEMPTS, Passed, WrongSchema
from nodes.app.waiting import Waiting
from tests.failover.clocks import HandClock
from tests.nodes.app.deliveries import Delivery, delivery
from tests.nodes.app.surroundings import Place


def never() -> bool:
    return False


def take(place: Place, *deliveries: Delivery) -> None:
    for one in deliveries:
        place.inbox().take(one.event)


def effects(place: Place) -> dict[str, int]:
    """Return how many events each order has seen."""
    return {str(number): int(str(count)) for number, count in place.admin("SELECT number, revision FROM orders")}


def test_each_event_has_its_effect_and_leaves_the_boxes_of_what_waits(site: Place) -> None:
    take(site, delivery("a", 1), delivery("b", 1, "orders/paid", minute=1), delivery("c", 2))
    passed = site.worker().run_once(never)
    assert (passed.applied, passed.left, passed.aside) == (3, 0, 0)
    assert effects(site) == {"1": 2, "2": 1}
    assert list(site.inbox().waiting()) == []


def test_a_repeated_event_has_no_second_effect(site: Place) -> None:
    for _ in range(3):
        take(site, delivery("a"))
        site.worker().run_once(never)
    assert effects(site) == {"1": 1}


def test_an_older_state_does_not_undo_a_newer_one(site: Place) -> None:
    take(site, delivery("new", topic="orders/paid", minute=9))
    site.worker().run_once(never)
    take(site, delivery("old", minute=1))
    site.worker().run_once(never)
    assert site.admin("SELECT status, revision FROM orders") == [("paid", 2)]


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (Delivery(topic="shop/update", body=b"{}"), "nothing here handles the topic shop/update"),
        (Delivery(body=b"no json"), "the body is no order: JSONDecodeError"),
        (Delivery(body=b"[" * 100_000), "the body is no order: RecursionError"),
        (Delivery(body=b"{}"), "the body is no order: KeyError"),
    ],
    ids=["topic", "no JSON", "nested too deep", "no order"],
)
def test_what_can_never_be_used_is_set_aside_at_once_with_the_reason(
    one_site: Place, poison: Delivery, reason: str
) -> None:
    take(one_site, poison, delivery("good", 5))
    passed = one_site.worker().run_once(never)
    assert (passed.applied, passed.aside) == (1, 1)
    assert [one.reason for one in one_site.inbox().aside()] == [reason]
    assert effects(one_site) == {"5": 1}


def failing_database(place: Place) -> None:
    """Refuse every row of order 13, by a fault that is neither the body's nor the server's."""
    place.admin("ALTER TABLE orders ADD CONSTRAINT luck CHECK (number <> '13')")


def test_an_event_that_keeps_failing_is_tried_with_growing_pauses_and_then_set_aside(site: Place) -> None:
    failing_database(site)
    take(site, delivery("unlucky", 13), delivery("good", 5))
    clock = HandClock()
    worker, tried_at = site.worker(clock), list[float]()
    while len(tried_at) < MOST_ATTEMPTS and clock.now < 130.0:
        worker.run_once(never)
        if sum(one.attempts for one in site.inbox().waiting()) != len(tried_at):
            tried_at.append(clock.now)
        clock.sleep(1.0)
    assert effects(site) == {"5": 1}
    assert [late - early for early, late in itertools.pairwise(tried_at)] == [1.0, 2.0, 4.0, 8.0]
    assert [one.event.event_id for one in site.inbox().aside()] == ["unlucky"]


def test_an_outage_of_the_database_sets_nothing_aside(one_site: Place) -> None:
    take(one_site, delivery())
    nowhere = one_site.with_settings(database="missing")
    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(NotServing):
            nowhere.worker().run_once(never)
    assert [(one.attempts, one.reason) for one in one_site.inbox().waiting()] == [(0, "")]
    assert list(one_site.inbox().aside()) == []


@pytest.mark.parametrize("role", ["reader", "fenced"])
def test_only_the_writers_host_carries_out_events(one_site: Place, role: str) -> None:
    take(one_site, delivery())
    one_site.acts_as(role)  # type: ignore[arg-type]
    with pytest.raises(NoWriter):
        one_site.worker().run_once(never)
    assert effects(one_site) == {}


def test_a_database_that_takes_no_writes_leaves_events_waiting(site: Place) -> None:
    take(site, delivery())
    fences = {
        "postgresql": (f"ALTER DATABASE {site.settings.database} SET default_transaction_read_only = on", ""),
        "mariadb": ("ALTER TABLE orders RENAME TO orders_before", "ALTER TABLE orders_before RENAME TO orders"),
    }
    fence, lift = fences[site.settings.engine]
    site.admin(fence)
    with pytest.raises(NotServing):
        site.worker().run_once(never)
    assert [one.attempts for one in site.inbox().waiting()] == [0]
    if lift:
        site.admin(lift)
        assert site.worker().run_once(never).applied == 1


def test_nothing_is_carried_out_on_another_schema(one_site: Place) -> None:
    take(one_site, delivery())
    one_site.admin("DELETE FROM schema_versions WHERE version = 3")
    with pytest.raises(WrongSchema):
        one_site.worker().run_once(never)
    assert effects(one_site) == {}


def test_a_worker_told_to_stop_leaves_the_rest_waiting(one_site: Place) -> None:
    take(one_site, *(delivery(f"event-{number}", number) for number in range(6)))
    told = iter([False, False, True])
    passed = one_site.worker().run_once(lambda: next(told, True))
    assert (passed.applied, len(list(one_site.inbox().waiting()))) == (2, 4)


def loses_its_last_transactions(place: Place, event_ids: list[str]) -> None:
    """Leave the database as a replica has it that lacked these events' transactions."""
    with place.database.writing() as transaction:
        for event_id in event_ids:
            transaction.change("DELETE FROM applied_events WHERE event_key = %s", delivery(event_id).event.key)
            transaction.change("DELETE FROM orders WHERE number = %s", event_id)


def test_what_a_promoted_replica_lacks_is_replayed_once(site: Place) -> None:
    take(site, *(delivery(str(number), number) for number in range(1, 6)))
    site.worker().run_once(never)
    loses_its_last_transactions(site, ["2", "4"])
    site.acts_as("writer", term=2)
    assert site.worker().run_once(never) == Passed(applied=2)
    assert effects(site) == {str(number): 1 for number in range(1, 6)}


def test_a_replay_is_done_once_in_each_term(one_site: Place) -> None:
    take(one_site, delivery("1", 1))
    one_site.worker().run_once(never)
    loses_its_last_transactions(one_site, ["1"])
    assert one_site.worker().run_once(never).applied == 0
    one_site.acts_as("writer", term=2)
    assert one_site.worker().run_once(never).applied == 1


class MovedBetweenTheReadings(Inbox):
    """What waits is read for the first time, and just before that an old writer's worker moves its event."""

    def __init__(self, place: Place, held: Waiting) -> None:
        super().__init__(place.table, lambda: datetime.now(UTC), retention_days=7)
        self._held = held

    def waiting(self) -> Iterator[Waiting]:
        self.move_to_done(self._held)
        return super().waiting()


def test_an_event_that_an_old_worker_moves_meanwhile_is_not_lost_on_the_new_database(one_site: Place) -> None:
    """The old worker has committed, on a database that is gone, and moves the event only now."""
    take(one_site, delivery("1", 1))
    [held] = one_site.inbox().waiting()
    one_site.acts_as("writer", term=2)
    one_site.worker(inbox=MovedBetweenTheReadings(one_site, held)).run_once(never)
    assert effects(one_site) == {"1": 1}


def test_a_term_counts_as_replayed_only_when_nothing_was_left(site: Place) -> None:
    failing_database(site)
    take(site, delivery("unlucky", 13))
    site.acts_as("writer", term=2)
    site.worker().run_once(never)
    assert site.admin("SELECT term FROM replayed_terms") == []


def test_old_keys_are_forgotten_long_after_their_events(site: Place) -> None:
    take(site, delivery("a"))
    worker = site.worker()
    worker.run_once(never)
    worker.tidy(7)
    assert len(site.admin("SELECT event_key FROM applied_events")) == 1
    site.admin("UPDATE applied_events SET applied_at_ms = 0")
    site.worker().tidy(7)
    assert site.admin("SELECT event_key FROM applied_events") == []


def test_an_event_whose_statements_never_end_does_not_keep_the_others_waiting(one_site: Place) -> None:
    """The server ends them, which looks like any other outage, so they are not counted against the event."""
    one_site.admin(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.number = '13' THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$"
    )
    one_site.admin("CREATE TRIGGER slow BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION dawdle()")
    take(one_site, delivery("slow", 13), *(delivery(str(number), number) for number in range(1, 6)))
    worker = one_site.worker(HandClock())
    with pytest.raises(NotServing):
        worker.run_once(never)
    worker.run_once(never)
    assert effects(one_site) == {str(number): 1 for number in range(1, 6)}
    assert [(one.event.event_id, one.attempts) for one in one_site.inbox().waiting()] == [("slow", 0)]
