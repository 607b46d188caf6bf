"""`python -m nodes.agent.enrolment`: makes a node of this machine, and with `--keep` keeps its session fresh.

Its configuration comes with the release: the stack's enrolment functions by region, and two directories. Nothing in it
is secret.
"""

import argparse
import json
import logging
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from failover.clock import SystemClock
from nodes.agent.enrolling import Enrolling, NotLetIn
from nodes.agent.metadata import ADDRESS, NoMetadata, linode_id
from nodes.agent.node_key import NodeKey, UnusableKey
from nodes.agent.node_state import StateFile
from nodes.agent.session_files import SessionFiles
from nodes.agent.sessions import SessionKeeper, Tools
from nodes.agent.transport import HttpPost

CONFIG = Path("/etc/lifeboat/enrolment.json")
PATIENCE_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True)
class Config:
    """``kept`` outlasts a boot and is root's; ``running`` does not, and is read by services."""

    urls: Mapping[str, str]
    kept: Path
    running: Path
    metadata: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            OSError: it is not there.
            ValueError: it is no JSON, or lacks a field.
        """
        told = json.loads(path.read_text(encoding="utf-8"))
        try:
            return cls(
                urls={str(region): str(url) for region, url in told["urls"].items()},
                kept=Path(told["kept"]),
                running=Path(told["running"]),
                metadata=str(told.get("metadata", ADDRESS)),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} lacks a field: {error!r}") from error


def main(arguments: list[str], ask: Callable[[str], int] = linode_id) -> int:
    """Enrol, get a first session, and keep it if asked to; 0 done, 1 not let in, 2 the machine is not set up."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    try:
        keeper = _enrolled(Config.read(given.config), given.patience, ask)
    except (NotLetIn, NoMetadata) as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, ValueError, UnusableKey) as error:
        print(error, file=sys.stderr)
        return 2
    if given.keep:
        keeper.run(_until_told())
    else:
        keeper.refresh()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nodes.agent.enrolment", description=__doc__)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds to ask for before giving up")
    parser.add_argument("--keep", action="store_true", help="keep the session fresh until a signal comes")
    return parser


def _enrolled(config: Config, patience_seconds: float, ask: Callable[[str], int]) -> SessionKeeper:
    config.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.running.mkdir(mode=0o750, parents=True, exist_ok=True)
    key, state = NodeKey.kept_in(config.kept / "key.pem"), StateFile(config.kept / "node.json")
    post, clock, dice = HttpPost(), SystemClock(), random.Random().random  # noqa: S311 jitter
    enrolling = Enrolling(urls=config.urls, key=key, state=state, post=post, clock=clock, dice=dice)
    node = enrolling.enrolled(ask(config.metadata), patience_seconds)
    files = SessionFiles(config.running)
    return SessionKeeper(
        Tools(urls=config.urls, key=key, state=state, files=files, post=post, clock=clock, dice=dice), node
    )


def _until_told() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
