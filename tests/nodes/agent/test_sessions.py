"""A session is renewed at half its life, in whichever region answers, and no request is ever sent twice."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from nodes.agent.atomic_file import write_atomically
from nodes.agent.session_files import Session, SessionFiles, UnreadableSession
from tests.lambdas.enrolment.desks import SECRET, Ground
from tests.nodes.agent.functions import Box, Functions

HALF_HOUR = 1800


@pytest.fixture
def box(store: Any, tmp_path: Path) -> Box:
    found = Box(Functions(Ground(store)), tmp_path)
    found.enrol()
    found.functions.asked.clear()
    return found


def test_the_first_session_brings_roots_and_the_next_soon_says_that_they_are_there(box: Box) -> None:
    keeper = box.keeper()
    assert keeper.refresh() < 15
    assert keeper.refresh() == pytest.approx(HALF_HOUR * 0.95)
    told = [fields["roots"] for _, fields in box.functions.asked]
    assert told == [[], list(box.files.roots())]


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, HALF_HOUR), (1.0, HALF_HOUR * 0.9)])
def test_nodes_that_began_together_do_not_stay_together(box: Box, luck: float, seconds: float) -> None:
    keeper = box.keeper()
    keeper.refresh()
    box.luck = luck
    assert keeper.refresh() == pytest.approx(seconds)


def test_the_region_that_answered_last_is_asked_first(box: Box) -> None:
    keeper = box.keeper()
    box.functions.dark = {"us-east-1"}
    keeper.refresh()
    keeper.refresh()
    assert box.functions.regions == ["us-east-1", "us-east-2", "us-east-2"]
    box.functions.dark = {"us-east-2"}
    keeper.refresh()
    assert box.functions.regions[3:] == ["us-east-2", "us-east-1"]


def test_every_request_has_a_counter_of_its_own_even_after_a_crash(box: Box) -> None:
    box.functions.losing = {"us-east-1", "us-east-2"}
    box.keeper().refresh()
    box.keeper().refresh()
    counters = [fields["counter"] for _, fields in box.functions.asked]
    assert counters == [1, 2, 3, 4, 5, 6]
    state = box.state.read()
    assert state is not None
    assert state.counter == 6


def test_without_an_answer_it_asks_again_ever_later_and_keeps_what_it_has(box: Box) -> None:
    keeper = box.keeper()
    keeper.refresh()
    kept = (box.folder / "credentials.json").read_text()
    box.functions.dark = {"us-east-1", "us-east-2", "us-west-2"}
    waits = [keeper.refresh() for _ in range(8)]
    assert waits == sorted(waits)
    assert 0.5 <= waits[0] < 5
    assert waits[-1] == 30.0
    assert (box.folder / "credentials.json").read_text() == kept
    box.functions.dark = set()
    assert keeper.refresh() == pytest.approx(HALF_HOUR * 0.95)


def test_it_runs_until_it_is_told_to_stop(box: Box) -> None:
    waited: list[float] = []

    class Stop:
        def wait(self, seconds: float) -> bool:
            waited.append(seconds)
            return len(waited) == 3

    box.keeper().run(Stop())
    assert len(box.functions.asked) == 3


def test_files_have_the_rights_that_their_readers_need_and_no_more(box: Box) -> None:
    box.keeper().refresh()
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in box.folder.iterdir()}
    assert modes == {
        "authorities.pem": "0o644",
        "aws.config": "0o644",
        "certificate.pem": "0o644",
        "credentials.json": "0o640",
        "key.pem": "0o600",
        "node.json": "0o600",
    }


def test_boto3_reads_the_credentials_from_the_file_and_from_no_variable(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.keeper().refresh()
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(box.files.aws_config))
    path, later = box.folder / "credentials.json", "2999-01-01T00:00:00+00:00"
    path.write_text(json.dumps({**json.loads(path.read_text()), "Expiration": later}))
    found = boto3.Session(botocore_session=botocore.session.Session()).get_credentials()
    assert found is not None
    assert (found.method, found.access_key, found.secret_key) == ("custom-process", "ASIA-7-primary-web", SECRET)
    assert SECRET not in box.files.aws_config.read_text()


def test_openssl_takes_what_is_on_the_disk(box: Box) -> None:
    box.keeper().refresh()
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "authorities.pem", "certificate.pem"]
    assert subprocess.run(command, cwd=box.folder, capture_output=True, check=False).returncode == 0


WHOLE: dict[str, object] = {
    "credentials": {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "e"},
    "lifetime_seconds": 3600,
    "certificate": "c",
    "authorities": ["r"],
}


@pytest.mark.parametrize(
    "change",
    [
        {"credentials": {}},
        {"credentials": None},
        {"lifetime_seconds": 0},
        {"lifetime_seconds": True},
        {"lifetime_seconds": "3600"},
        {"certificate": None},
        {"authorities": []},
        {"authorities": "r"},
    ],
)
def test_an_answer_that_is_not_whole_changes_nothing(change: dict[str, object]) -> None:
    assert Session.of(WHOLE).lifetime_seconds == 3600
    with pytest.raises(UnreadableSession):
        Session.of({**WHOLE, **change})


def test_before_the_first_session_there_are_no_roots(tmp_path: Path) -> None:
    files = SessionFiles(tmp_path)
    assert files.roots() == ()
    (tmp_path / "authorities.pem").write_text("no certificate")
    assert files.roots() == ()


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    write_atomically(path, "first", 0o640)
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "second \ud800", 0o640)
    assert path.read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["credentials.json"]
