"""The same program gives the same resources: before and after creation, from any path, in any process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import committed
from tests.clone import clone
from tests.stacks.registered import known


@pytest.mark.parametrize("stack", ["local", "staging", "prod"])
def test_preview_registers_what_up_does(stack: str) -> None:
    preview, up = committed(stack, preview=True), committed(stack)
    assert [one.urn for one in preview.registrations] == [one.urn for one in up.registrations]
    assert known(preview) == known(up)


def test_two_clones_and_hash_seeds_give_the_same_resources_and_archives(tmp_path: Path) -> None:
    first = resources(clone(tmp_path / "one"), seed="1")
    second = resources(clone(tmp_path / "elsewhere" / "two"), seed="2")
    assert first == second
    assert str(tmp_path) not in first
    assert len(json.loads(first)["resources"]) > 100


def resources(place: Path, seed: str) -> str:
    command = (sys.executable, "-m", "ops", "resources", "-s", "prod", "--json")
    environment = {"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=True).stdout
