"""Where a database server of a test lives: a folder of its user's, with files written as an agent would write them."""

import shutil
import subprocess
from pathlib import Path

from nodes.rendering import MachineFile
from nodes.templates.members import TlsFiles
from tests.nodes.templates.https_client import certificate


def write(files: tuple[MachineFile, ...]) -> None:
    """Write files where they say that they belong, with their modes and owners."""
    for file in files:
        path = Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        path.chmod(file.mode)
        shutil.chown(path, file.owner)


def own_folder(place: Path, user: str) -> Path:
    """Return a new folder that is a user's alone."""
    place.mkdir(mode=0o700)
    shutil.chown(place, user)
    return place


def own_tls(place: Path, user: str) -> TlsFiles:
    """Return a certificate with a key that a server of that user's takes."""
    made = certificate().parent
    for name in ("certificate.pem", "key.pem"):
        shutil.copy(made / name, place / name)
        (place / name).chmod(0o600)
        shutil.chown(place / name, user)
    own = str(place / "certificate.pem")
    return TlsFiles(certificate=own, key=str(place / "key.pem"), authorities=own)


def run_as(user: str, *command: str, stdin: str = "") -> str:
    """Run a command as a user and return what it prints.

    Raises:
        subprocess.CalledProcessError: it failed; the note is what it said.
    """
    as_user = ["runuser", "-u", user, "--", *command]
    try:
        done = subprocess.run(as_user, input=stdin, capture_output=True, text=True, timeout=60, check=True, cwd="/")
    except subprocess.CalledProcessError as failed:
        failed.add_note(failed.stdout + failed.stderr)
        raise
    return done.stdout.strip()
