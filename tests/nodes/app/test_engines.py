"""What each driver's errors mean, from real servers."""

import pytest

from nodes.app.database import AlreadyThere, DatabaseAway, NoWriter
from tests.nodes.app.surroundings import Place

KEY = "INSERT INTO applied_events VALUES (%s, 0)"


def carried_out(site: Place, *statements: str) -> None:
    """Carry out statements in one transaction."""
    with site.database.writing() as transaction:
        for statement in statements:
            transaction.change(statement)


def test_a_taken_key_is_told_apart_and_undoes_the_rest_of_the_transaction(site: Place) -> None:
    with site.database.writing() as transaction:
        transaction.change(KEY, "a")
    with pytest.raises(AlreadyThere):
        carried_out(site, "INSERT INTO applied_events VALUES ('b', 0)", "INSERT INTO applied_events VALUES ('a', 0)")
    assert site.admin("SELECT COUNT(*) FROM applied_events") == [(1,)]


def test_a_session_goes_on_after_a_transaction_that_failed(site: Place) -> None:
    with site.database.session() as session:
        for key in ("a", "a", "b"):
            try:
                with session.writing() as transaction:
                    transaction.change(KEY, key)
            except AlreadyThere:
                assert key == "a"
    assert site.admin("SELECT COUNT(*) FROM applied_events") == [(2,)]


def test_a_session_ends_with_the_role_of_its_host(one_site: Place) -> None:
    with one_site.database.session() as session:
        one_site.acts_as("fenced")
        with pytest.raises(NoWriter), session.writing() as transaction:
            transaction.change(KEY, "a")
    assert one_site.admin("SELECT COUNT(*) FROM applied_events") == [(0,)]


def test_a_read_only_transaction_is_a_writer_that_is_none(site: Place) -> None:
    """A replica's answer; MariaDB's `read_only` has a number of its own, which binds no superuser."""
    starts = {"mariadb": "START TRANSACTION READ ONLY", "postgresql": "SET TRANSACTION READ ONLY"}
    with pytest.raises(NoWriter):
        carried_out(site, starts[site.server.engine], "INSERT INTO applied_events VALUES ('a', 0)")


def test_a_writer_that_is_not_told_of_is_none(one_site: Place) -> None:
    one_site.settings.active_file.write_text("{")
    with pytest.raises(NoWriter), one_site.database.writing():
        pass


def test_a_statement_that_takes_too_long_is_given_up(site: Place) -> None:
    slow = {"mariadb": "SELECT SLEEP(60)", "postgresql": "SELECT pg_sleep(60)"}
    with pytest.raises(DatabaseAway):
        carried_out(site, slow[site.server.engine])


def test_a_database_that_is_not_there_is_away(site: Place) -> None:
    nowhere = site.with_settings(database="missing")
    with pytest.raises(DatabaseAway), nowhere.database.reading():
        pass


def test_texts_of_all_alphabets_come_back_as_they_were(site: Place) -> None:
    text = "Ærøskøbing 東京 🚤"
    with site.database.writing() as transaction:
        transaction.change("INSERT INTO orders VALUES (%s, 's', '1', 'open', '1', 'EUR', %s, 1, 1)", "0" * 64, text)
    with site.database.reading() as transaction:
        assert transaction.rows("SELECT customer FROM orders") in ([(text,)], ((text,),))
