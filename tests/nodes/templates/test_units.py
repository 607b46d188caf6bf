"""Every unit is one that systemd takes, runs with little to lose, and starts at boot only if it may in any role."""

import shutil
import subprocess
from pathlib import Path

import pytest

from nodes.rendering import MachineFile
from nodes.templates.monitoring import HAPROXY, MARIADB, NODE, POSTGRESQL, Metrics, exporter_unit, sending_files
from nodes.templates.units import (
    ActiveOnlyService,
    Agent,
    FileCopy,
    HttpService,
    MariadbUnit,
    PostgresqlUnit,
    active_only_unit,
    agent_unit,
    file_copy_units,
    http_unit,
    mariadb_unit,
    postgresql_unit,
)

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd's tools: apt-get install -y systemd"
)
METRICS = Metrics(
    site="us-ord",
    pool="database",
    node="db-us-ord-1",
    targets=(NODE.target, POSTGRESQL.target, HAPROXY),
    collector="https://metrics.example.com/api/v1/write",
)
WHERE_THE_WRITER_IS = ("worker", "postgresql", "mariadb", "files")
EXPOSED_AT_MOST = {"lifeboat-agent.service": 2.6}


def units() -> tuple[MachineFile, ...]:
    """Return one of each kind."""
    web = HttpService(name="web", module="shop.serve", arguments=("web",), memory_mb=512)
    worker = ActiveOnlyService(name="worker", module="shop.worker", memory_mb=256)
    databases = (postgresql_unit(PostgresqlUnit(memory_mb=2048)), mariadb_unit(MariadbUnit(memory_mb=2048)))
    metrics = (*(exporter_unit(one) for one in (NODE, POSTGRESQL, MARIADB)), sending_files(METRICS)[1])
    copy = file_copy_units(FileCopy(directory="/srv/shop/files"))
    agent = agent_unit(Agent(writable=("/etc/keepalived",)))
    return (http_unit(web), active_only_unit(worker), agent, *databases, *metrics, *copy)


def name_of(unit: MachineFile) -> str:
    """Return a unit's name."""
    return Path(unit.path).name


def with_programs_in(place: Path, text: str) -> str:
    """Return a unit that starts programs of the same names that are there on any machine."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("ExecStart="):
            program, *arguments = line.removeprefix("ExecStart=").split(" ")
            stub = place / Path(program).name
            stub.touch(mode=0o755)
            lines[number] = f"ExecStart={' '.join([str(stub), *arguments])}"
    return "\n".join(lines) + "\n"


def analyzed(*arguments: str) -> tuple[int, str]:
    """Return the exit code and the complaints of systemd-analyze."""
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


@needs_systemd
def test_systemd_takes_every_unit_without_a_word(tmp_path: Path) -> None:
    for unit in units():
        (tmp_path / name_of(unit)).write_text(with_programs_in(tmp_path, unit.text))
    for unit in units():
        code, complaints = analyzed("verify", "--man=no", str(tmp_path / name_of(unit)))
        assert (code, [line for line in complaints.splitlines() if str(tmp_path) in line]) == (0, []), unit.path


@needs_systemd
def test_a_directive_that_is_none_would_be_noticed(tmp_path: Path) -> None:
    unit = with_programs_in(tmp_path, agent_unit(Agent()).text).replace("ProtectHome", "ProtectHouse")
    (tmp_path / "wrong.service").write_text(unit)
    assert "ProtectHouse" in analyzed("verify", "--man=no", str(tmp_path / "wrong.service"))[1]


@needs_systemd
@pytest.mark.parametrize("unit", [one for one in units() if one.path.endswith(".service")], ids=name_of)
def test_a_service_is_exposed_to_little(unit: MachineFile, tmp_path: Path) -> None:
    path = tmp_path / name_of(unit)
    path.write_text(with_programs_in(tmp_path, unit.text))
    limit = EXPOSED_AT_MOST.get(name_of(unit), 1.7)
    code, complaints = analyzed("security", "--offline=yes", f"--threshold={int(limit * 10)}", str(path))
    assert code == 0, complaints


@pytest.mark.parametrize("unit", units(), ids=name_of)
def test_a_boot_starts_nothing_that_depends_on_where_the_writer_is(unit: MachineFile) -> None:
    follows_the_writer = any(name_of(unit).startswith(f"lifeboat-{name}.") for name in WHERE_THE_WRITER_IS)
    assert ("[Install]" in unit.text.splitlines()) is not follows_the_writer


@pytest.mark.parametrize("unit", units(), ids=name_of)
def test_no_failed_database_is_started_again_by_systemd(unit: MachineFile) -> None:
    if name_of(unit) in {"lifeboat-postgresql.service", "lifeboat-mariadb.service"}:
        assert "Restart=no" in unit.text.splitlines()
    elif unit.path.endswith(".service") and "Type=oneshot" not in unit.text:
        assert "StartLimitIntervalSec=0" in unit.text.splitlines()


@pytest.mark.skipif(shutil.which("rsync") is None, reason="needs rsync: apt-get install -y rsync")
def test_what_a_copy_deletes_or_replaces_is_kept(tmp_path: Path) -> None:
    active, standby, kept = (tmp_path / name for name in ("active", "standby", "kept"))
    before = {"logo": "old", "upload": "taken in before the move"}
    for place, files in ((active, {"logo": "newer"}), (standby, before)):
        place.mkdir()
        for name, text in files.items():
            (place / name).write_text(text)
    unit = file_copy_units(FileCopy(directory="/srv/shop/files", kept=str(kept)))[0].text
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    options = command.partition(" --rsh ")[0].split()[1:]
    subprocess.run(["rsync", *options, f"{active}/", f"{standby}/"], check=True, timeout=30)
    assert {one.name: one.read_text() for one in standby.iterdir()} == {"logo": "newer"}
    assert {one.name: one.read_text() for one in kept.iterdir()} == before
