"""The worker as a process: it works until SIGTERM, and tells a person what it set aside."""

import os
import subprocess
import sys

import pytest

from nodes.app.worker import main
from tests.nodes.app.deliveries import Delivery, delivery
from tests.nodes.app.surroundings import Place
from tests.waiting import eventually

END_SECONDS = 60.0


def test_a_worker_carries_out_what_waits_and_ends_on_sigterm(one_site: Place) -> None:
    one_site.inbox().take(delivery().event)
    command = [sys.executable, "-m", "nodes.app.worker"]
    environment = {**os.environ, **one_site.environment()}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as running:
        try:
            eventually(lambda: not list(one_site.inbox().waiting()), END_SECONDS, "the event is carried out")
            running.terminate()
            assert running.wait(END_SECONDS) == 0
        finally:
            running.kill()
    assert one_site.admin("SELECT number FROM orders") == [("1",)]


@pytest.fixture
def told(one_site: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in one_site.environment().items():
        monkeypatch.setenv(name, value)
    return one_site


def test_what_was_set_aside_is_listed_and_put_back_by_its_key(told: Place, capsys: pytest.CaptureFixture[str]) -> None:
    inbox, poison = told.inbox(), Delivery(topic="shop/update").event
    inbox.take(poison)
    for one in inbox.waiting():
        inbox.set_aside(one, "nobody handles it")
    assert main(["aside"]) == 0
    assert capsys.readouterr().out == f"{poison.key}  shop/update  {poison.shop}  nobody handles it\n"
    assert main(["return", poison.key]) == 0
    assert [one.event for one in inbox.waiting()] == [poison]
    assert main(["return", poison.key]) == 1


def test_a_word_that_nobody_knows_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 2
    assert "usage" in capsys.readouterr().err
