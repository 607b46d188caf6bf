"""A function's archive is small, whole, and the same bytes from run to run."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evaluation import Archive, Evaluation

LARGEST_BYTES = 1_500_000
NOUNS = ("failover_orchestrator", "health_checker", "notifier")
# Nothing of the checkout is on the path: only the archive and the installed packages.
IMPORT_HANDLER = "import sys; sys.path.insert(0, '.'); import lambdas.{noun}.handler as h; print(h.__file__)"


def archive(evaluation: Evaluation, noun: str) -> Archive:
    codes = {
        one.inputs["code"]
        for one in evaluation.registrations
        if one.inputs.get("handler") == f"lambdas.{noun}.handler.handle"
    }
    [code] = codes
    assert isinstance(code, Archive)
    return code


@pytest.mark.parametrize("noun", NOUNS)
def test_every_region_deploys_the_same_small_archive(prod: Evaluation, noun: str) -> None:
    assert len(archive(prod, noun).zip_bytes()) <= LARGEST_BYTES


@pytest.mark.parametrize("noun", NOUNS)
def test_the_archive_is_the_same_bytes_and_tells_no_time(prod: Evaluation, noun: str) -> None:
    first, second = (archive(prod, noun).zip_bytes() for _ in range(2))
    assert first == second
    members = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert {(member.date_time, member.external_attr >> 16) for member in members} == {((1980, 1, 1, 0, 0, 0), 0o644)}
    assert [member.filename for member in members] == sorted(member.filename for member in members)


@pytest.mark.parametrize("noun", NOUNS)
def test_the_handler_imports_from_its_archive_alone(prod: Evaluation, noun: str, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(archive(prod, noun).zip_bytes())).extractall(tmp_path)
    command = (sys.executable, "-c", IMPORT_HANDLER.format(noun=noun))
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).is_relative_to(tmp_path)
