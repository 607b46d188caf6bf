"""User-data: a stub that cloud-init takes, that says nothing that changes, and installs only what was signed."""

import base64
import os
import shutil
import subprocess
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import yaml

from nodes.templates.user_data import Birth, user_data

KEYS = {"package_update", "packages", "write_files", "runcmd"}
needs_cloud_init = pytest.mark.skipif(
    shutil.which("cloud-init") is None, reason="needs cloud-init: apt-get install -y cloud-init"
)
needs_openssl = pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("openssl", "curl")), reason="needs apt-get install -y openssl curl"
)


def stub(channel: str = "https://releases.example.com/stable", key: str = "MCowBQYDK2VwAyEA") -> str:
    """Return the text of a machine's user-data."""
    birth = Birth(site="us-ord", pool="web", channel=channel, channel_key=key)
    return base64.b64decode(user_data(birth)).decode()


def has_only_known_keys(text: str) -> bool:
    """Whether all top-level keys are ours: cloud-init's schema lets any other pass."""
    return set(yaml.safe_load(text)) <= KEYS


@needs_cloud_init
@pytest.mark.parametrize(("spoilt", "valid"), [("", True), ("runcmd: 7\n", False)])
def test_cloud_init_takes_the_stub_and_nothing_spoilt(spoilt: str, valid: bool, tmp_path: Path) -> None:
    (tmp_path / "user-data").write_text(stub().partition("runcmd:")[0] + spoilt if spoilt else stub())
    checked = ["cloud-init", "schema", "--config-file", str(tmp_path / "user-data")]
    assert (subprocess.run(checked, capture_output=True, timeout=60, check=False).returncode == 0) is valid


def test_the_stub_has_no_key_that_cloud_init_would_pass_over_in_silence() -> None:
    assert has_only_known_keys(stub())
    assert not has_only_known_keys(stub().replace("runcmd:", "runcmds:"))


def test_the_stub_knows_site_pool_and_channel_and_nothing_else() -> None:
    assert {field.name for field in fields(Birth)} == {"site", "pool", "channel", "channel_key"}


def test_a_stub_that_linode_would_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="16384 are taken"):
        stub(key="A" * 16_000)


@dataclass(frozen=True)
class Channel:
    """Where releases are fetched from, the key that signs them, and a machine's root."""

    folder: Path
    key: Path
    root: Path

    def publish(self, says: str) -> None:
        """Put up a signed release whose installer leaves a word behind."""
        release = self.root.parent / "release"
        release.mkdir(exist_ok=True)
        (release / "install").write_text(f"#!/bin/sh\necho {says} > {self.root}/installed\n")
        (release / "install").chmod(0o755)
        archive = self.folder / "agent.tar.gz"
        subprocess.run(["tar", "-czf", str(archive), "-C", str(release), "."], check=True)
        signature = ["-in", str(archive), "-out", f"{archive}.sig"]
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(self.key), *signature], check=True)

    def install(self) -> int:
        """Do what a machine does at its birth; return how it went."""
        public = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout"], capture_output=True, check=True)
        told = yaml.safe_load(stub(f"file://{self.folder}", public.stdout.decode().splitlines()[1]))
        for file in told["write_files"]:
            path = Path(f"{self.root}{file['path']}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file["content"])
            path.chmod(int(file["permissions"], 8))
        command = f"{self.root}{told['runcmd'][0][0]}"
        own = {**os.environ, "LIFEBOAT_ROOT": str(self.root)}
        return subprocess.run([command], env=own, capture_output=True, timeout=60, check=False).returncode

    def installed(self) -> str:
        """Return the word that an installer left."""
        word = self.root / "installed"
        return word.read_text().strip() if word.exists() else ""


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    """A channel with a key of its own."""
    (tmp_path / "channel").mkdir()
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    return Channel(tmp_path / "channel", key, tmp_path / "root")


@needs_openssl
def test_a_machine_installs_what_the_channel_signed_and_again_what_it_signed_later(channel: Channel) -> None:
    for word in ("first", "second"):
        channel.publish(word)
        assert channel.install() == 0
        assert channel.installed() == word


@needs_openssl
def test_a_machine_installs_nothing_that_was_changed_after_it_was_signed(channel: Channel) -> None:
    channel.publish("signed")
    signature = (channel.folder / "agent.tar.gz.sig").read_bytes()
    channel.publish("changed")
    (channel.folder / "agent.tar.gz.sig").write_bytes(signature)
    assert channel.install() != 0
    assert channel.installed() == ""
