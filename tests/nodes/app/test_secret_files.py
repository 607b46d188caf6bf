"""Files of secrets: only their owner's, and never quoted."""

import json
from pathlib import Path

import pytest

from nodes.app.secret_files import SecretUnusable, read_secrets, secret
from tests.nodes.app.surroundings import kept

SECRETS = {"user": "shop", "password": "hunter2"}


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_file_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert read_secrets(kept(tmp_path / "secrets", SECRETS, mode)) == SECRETS


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o620, 0o602, 0o601, 0o644])
def test_a_file_that_lets_others_in_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SecretUnusable, match=f"{mode:04o}"):
        read_secrets(kept(tmp_path / "secrets", SECRETS, mode))


@pytest.mark.parametrize("text", ["", "hunter2", '"hunter2"', '["hunter2"]', '{"a": 1, "b": "hunter2"}', '{"a": ""}'])
def test_what_is_no_object_of_texts_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(SecretUnusable) as refused:
        read_secrets(path)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_name_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="token"):
        secret(kept(tmp_path / "secrets", SECRETS), "token")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="missing"):
        read_secrets(tmp_path / "missing")


def test_a_changed_file_counts_at_once(tmp_path: Path) -> None:
    path = kept(tmp_path / "secrets", SECRETS)
    assert secret(path, "user") == "shop"
    kept(path, {"user": "other"})
    assert json.loads(path.read_text()) == read_secrets(path) == {"user": "other"}
