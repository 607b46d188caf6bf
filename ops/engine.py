"""Pulumi's engine, as its command line runs it. What it prints goes to the terminal as it comes."""

import json
import os
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

from evaluation import ROOT
from failover.sites import LOST_REGIONS

PACK = ROOT / "policy" / "crossguard"
LEFT_ALONE = frozenset({"same", "read", "refresh"})
UP_SECONDS = 30 * 60  # a replica of a table takes minutes to be made


class EngineFailed(Exception):
    """`pulumi` is missing, or ended with an error that it has already printed."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A resource that an `up` would change, and the properties that it has otherwise."""

    operation: str
    urn: str
    properties: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One stack's engine, with the policy pack enforced where all is deployed; ``lost`` regions are left alone."""

    stack: str
    lost: tuple[str, ...] = ()
    program: str = "pulumi"
    pack: Path = PACK
    project: Path = ROOT

    def up(self, targets: Sequence[str] = ()) -> None:
        """Make the targets, or all that is not lost, what the program says. Reads nothing back from the cloud.

        Raises:
            EngineFailed: it did not get through; the same call goes on from there.
        """
        # A part of a stack breaks rules that the whole keeps: what a new thing points at may be of a later part.
        pack = [] if targets else [f"--policy-pack={self.pack}"]
        self._run(["up", "--yes", "--skip-preview", *self._selection(targets), *pack], UP_SECONDS)

    def proposed(self, unreadable: Sequence[str] = ()) -> tuple[Difference, ...]:
        """Return what an `up` would change, having looked at every resource outside the lost regions.

        ``unreadable`` are the URNs of those elsewhere that cannot be read without a lost region. A refresh inside a
        preview keeps nothing (https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/).

        Raises:
            EngineFailed: it could not look.
        """
        arguments = ["preview", "--refresh", "--json", *self.left_out(unreadable)]
        # A lost region's provider is declared otherwise as long as it is lost.
        lost = {f"::aws-{region}" for region in self.lost}
        found = differences(self._run(arguments, UP_SECONDS, PIPE))
        return tuple(one for one in found if not one.urn.endswith(tuple(lost)))

    def left_out(self, unreadable: Sequence[str] = ()) -> list[str]:
        """Return the arguments that leave out the lost regions, and URNs elsewhere."""
        return [f"--exclude={one}" for one in (*(f"**aws-{region}**" for region in self.lost), *unreadable)]

    def _selection(self, targets: Collection[str]) -> list[str]:
        return [f"--target={urn}" for urn in targets] or self.left_out()

    def _run(self, arguments: Sequence[str], seconds: float, stdout: int | None = None) -> str:
        command = [self.program, *arguments, "--non-interactive", f"--stack={self.stack}"]
        told = os.environ | {LOST_REGIONS: ",".join(self.lost)}
        try:
            ended = subprocess.run(
                command, cwd=self.project, env=told, check=True, timeout=seconds, stdout=stdout, text=True
            )
        except FileNotFoundError as error:
            raise EngineFailed(f"`{self.program}` is not on PATH: https://www.pulumi.com/docs/install/") from error
        except subprocess.SubprocessError as error:
            raise EngineFailed(f"`pulumi {arguments[0]}` did not get through: {str(error)[-200:]}") from error
        return ended.stdout or ""


def differences(preview: str) -> tuple[Difference, ...]:
    """Read a preview's JSON document: every step but those that leave a resource alone."""
    steps = json.loads(preview).get("steps") or []
    return tuple(
        Difference(operation=step["op"], urn=step["urn"], properties=tuple(sorted(step.get("detailedDiff") or {})))
        for step in steps
        if step["op"] not in LEFT_ALONE
    )
