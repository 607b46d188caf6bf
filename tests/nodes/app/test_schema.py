"""Migrations, on real servers."""

import threading

import pytest

from nodes.app import schema
from nodes.app.database import NoWriter
from tests.nodes.app.surroundings import Place


def test_a_second_migration_finds_nothing_to_do(site: Place) -> None:
    assert schema.migrate(site.database, 0) == []
    with site.database.reading() as transaction:
        assert schema.version(transaction) == schema.EXPECTED


def test_a_migration_that_was_cut_off_is_done_again(site: Place) -> None:
    site.admin("DELETE FROM schema_versions WHERE version > 1")
    site.admin("DROP TABLE sessions")
    assert schema.migrate(site.database, 0) == [2, 3]
    site.admin("SELECT token_digest FROM sessions")


def test_two_migrators_do_not_meet(site: Place) -> None:
    site.admin("DELETE FROM schema_versions")
    done = list[int]()
    both = [threading.Thread(target=lambda: done.extend(schema.migrate(site.database, 0))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done) == list(schema.files())


def test_who_may_not_write_migrates_nothing(one_site: Place) -> None:
    one_site.acts_as("reader")
    with pytest.raises(NoWriter):
        schema.migrate(one_site.database, 0)
