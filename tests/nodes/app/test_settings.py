"""The environment is read once, whole, or not at all."""

import re
from pathlib import Path

import pytest

from evaluation import ROOT
from nodes.app.settings import Address, NotConfigured, Settings

NEEDED = {
    "APP_DATABASE_ENGINE": "mariadb",
    "APP_DATABASE_NAME": "shop",
    "APP_DATABASE_READ_ADDRESS": "10.0.0.1:3306",
    "APP_DATABASE_CREDENTIALS": "/run/credentials/database",
    "APP_INBOX_TABLE": "inbox",
    "APP_INBOX_REGIONS": "us-east-1, us-west-2",
    "APP_WEBHOOK_SECRETS": "/run/credentials/webhook",
    "APP_API_TOKENS": "/run/credentials/tokens",
}


def test_what_has_no_safe_default_is_all_that_must_be_set() -> None:
    found = Settings.from_env(NEEDED)
    assert found.inbox_regions == ("us-east-1", "us-west-2")
    assert found.read_address == Address("10.0.0.1", 3306)
    assert found.active_file == Path("/run/lifeboat/active.json")


@pytest.mark.parametrize("name", NEEDED)
def test_each_of_them_is_missed_by_its_name(name: str) -> None:
    with pytest.raises(NotConfigured, match=name):
        Settings.from_env({**NEEDED, name: ""})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("APP_DATABASE_ENGINE", "sqlite"),
        ("APP_DATABASE_READ_ADDRESS", "10.0.0.1"),
        ("APP_DATABASE_READ_ADDRESS", ":3306"),
        ("APP_INBOX_REGIONS", "us-east-1"),
        ("APP_INBOX_REGIONS", "us-east-1,"),
        ("APP_PROCESSES", "-1"),
        ("APP_DRAIN_SECONDS", "soon"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(name: str, wrong: str) -> None:
    with pytest.raises(NotConfigured, match=name):
        Settings.from_env({**NEEDED, name: wrong})


def test_the_page_tells_of_every_variable_that_is_read() -> None:
    read, page = (
        (ROOT / path).read_text(encoding="utf-8") for path in ("nodes/app/settings.py", "docs/applications.md")
    )
    assert set(re.findall(r"^\| `(APP_\w+)`", page, re.MULTILINE)) == set(re.findall(r"\"(APP_\w+)\"", read))
