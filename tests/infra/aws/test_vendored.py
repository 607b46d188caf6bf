"""Vendored packages are whole, pure, of the locked version, and named the same from every clone."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest

from infra.aws.function_archive import ROOT, Bundle
from infra.aws.vendored import VENDORED, NotBundled, Vendored

HANDLER = "import asn1crypto.x509\nfrom ecdsa import NIST256p, SigningKey\nkey = SigningKey.generate(NIST256p)\n"
# Without this environment's packages, without the repository: what is imported comes from the archive.
TELL = """
import sys; sys.path.insert(0, sys.argv[1])
import lambdas.signer.handler as handler, ecdsa, asn1crypto, six
handler.key.verifying_key.verify(handler.key.sign(b"x"), b"x")
print(*(one.__file__ for one in (ecdsa, asn1crypto, six)), sep="\\n")
"""


def locked(root: Path, **versions: str) -> Path:
    """Make a root whose lock has these versions, by default those installed."""
    root.mkdir(parents=True, exist_ok=True)
    chosen = {name: version(name) for name in VENDORED} | versions
    (root / "requirements.txt").write_text("".join(f"{name}=={one} \\\n    --hash=x\n" for name, one in chosen.items()))
    return root


def signer(root: Path) -> dict[str, str]:
    handler = locked(root) / "lambdas" / "signer" / "handler.py"
    handler.parent.mkdir(parents=True)
    handler.write_text(HANDLER)
    return Bundle(noun="signer", root=root).files()


def test_a_handler_runs_from_an_archive_with_its_packages_alone(tmp_path: Path) -> None:
    files = signer(tmp_path / "clone")
    task = tmp_path / "task"
    for place, path in files.items():
        (task / place).parent.mkdir(parents=True, exist_ok=True)
        (task / place).write_bytes((tmp_path / "clone" / path).read_bytes())
    ran = subprocess.run(
        [sys.executable, "-S", "-P", "-c", TELL, str(task)], cwd="/", capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert all(line.startswith(str(task)) for line in ran.stdout.splitlines())


def test_only_modules_are_taken_and_no_tests(tmp_path: Path) -> None:
    files = signer(tmp_path)
    assert {Path(place).suffix for place in files} == {".py"}
    assert not [place for place in files if "test_" in place]
    assert list(files) == sorted(files)


def test_two_clones_name_the_files_alike(tmp_path: Path) -> None:
    first, second = signer(tmp_path / "one"), signer(tmp_path / "elsewhere" / "two")
    assert first == second
    assert not [path for path in first.values() if Path(path).is_absolute()]


def test_a_link_to_another_environment_is_made_anew(tmp_path: Path) -> None:
    link = locked(tmp_path) / ".local" / "vendored" / "six.py"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "an-environment-that-is-gone" / "six.py")
    files = Vendored(root=tmp_path).files("six")
    assert "def with_metaclass" in (tmp_path / files["six.py"]).read_text()


def test_many_at_once_make_one_link(tmp_path: Path) -> None:
    packages = Vendored(root=locked(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: packages.files("ecdsa"), range(32)))
    assert all(one == made[0] for one in made)
    assert sorted(path.name for path in (tmp_path / ".local" / "vendored").iterdir()) == ["ecdsa", "six.py"]


@pytest.mark.parametrize(
    ("versions", "why"),
    [
        ({"ecdsa": "0.1"}, r"ecdsa \S+ is installed, requirements.txt has 0.1; run `make setup`"),
        ({"six": "0.2"}, r"six \S+ is installed, requirements.txt has 0.2"),
    ],
)
def test_another_version_than_the_locked_one_is_refused(tmp_path: Path, versions: dict[str, str], why: str) -> None:
    with pytest.raises(NotBundled, match=why):
        Vendored(root=locked(tmp_path, **versions)).files("ecdsa")


def test_what_the_lock_does_not_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("boto3==1.0\n")
    with pytest.raises(NotBundled, match=r"six is not in requirements\.txt"):
        Vendored(root=tmp_path).files("ecdsa")


@pytest.mark.parametrize("package", sorted(VENDORED))
def test_what_may_be_vendored_is_locked_and_installed(package: str) -> None:
    assert Vendored(root=ROOT).files(package)
