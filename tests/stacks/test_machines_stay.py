"""No release makes machines anew: what reaches them by their agent is in no registration of theirs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.aws.vendored import VENDORED
from tests.clone import clone

TEXTS = Path("nodes/templates/text")
STUB = "user-data.yaml.j2"
LOCKED = re.compile(r"^([a-z0-9-]+)==\S+", re.MULTILINE)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return each machine of production, by its URN."""
    return machines(clone(tmp_path_factory.mktemp("before") / "project"))


def machines(project: Path) -> dict[str, str]:
    command = (sys.executable, "-m", "ops", "resources", "-s", "prod", "--json")
    shown = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout
    found = [one for one in json.loads(shown)["resources"] if one["type"] == "linode:index/instance:Instance"]
    return {one["urn"]: json.dumps(one, sort_keys=True) for one in found}


def test_other_templates_and_other_versions_change_no_machine(before: dict[str, str], tmp_path: Path) -> None:
    project = clone(tmp_path / "project")
    changed = [path for path in (project / TEXTS).iterdir() if path.name != STUB]
    for path in changed:
        path.write_text(f"# Of the next release.\n{path.read_text()}")
    lock = project / "requirements.txt"
    lock.write_text(
        LOCKED.sub(lambda found: found[0] if found[1] in VENDORED else f"{found[1]}==99.0", lock.read_text())
    )
    assert len(changed) > 15
    assert lock.read_text().count("==99.0") > 50
    assert machines(project) == before
    assert len(before) > 10


def test_another_stub_would_show(before: dict[str, str], tmp_path: Path) -> None:
    project = clone(tmp_path / "project")
    stub = project / TEXTS / STUB
    stub.write_text(f"{stub.read_text()}# Of the next release.\n")
    after = machines(project)
    assert after.keys() == before.keys()
    assert all(after[urn] != before[urn] for urn in before)
