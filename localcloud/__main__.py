"""The embedded cloud from a shell.

``python -m localcloud up``: one to play with, in the background, with the local stack deployed; ``down`` ends it.
``serve`` is the cloud's own process, which tests and drills start.
"""

import argparse
from pathlib import Path

from evaluation import ROOT
from localcloud.serve import ServeSettings, serve

DEFAULT_ROOT = ROOT / ".local" / "play"


def main() -> None:
    """Carry out one command."""
    arguments = _parser().parse_args()
    commands = {"up": _up, "down": _down, "serve": _serve}
    commands[arguments.command](arguments)


def _up(arguments: argparse.Namespace) -> None:
    # Pulumi's SDK takes seconds to import, and the cloud's own process has no use for it.
    from localcloud.background import how_to_use, in_one_line, up  # noqa: PLC0415

    options = [f"--profile={arguments.profile}", f"--seed={arguments.seed}", f"--port={arguments.port}"]
    print(how_to_use(in_one_line(lambda: up(arguments.root, arguments.stack, options))))


def _down(arguments: argparse.Namespace) -> None:
    from localcloud.background import down  # noqa: PLC0415

    print("ended" if down(arguments.root) else "no embedded cloud was up")


def _serve(arguments: argparse.Namespace) -> None:
    serve(
        ServeSettings(
            root=arguments.root,
            port=arguments.port,
            profile=arguments.profile,
            seed=arguments.seed,
            time_scale=arguments.time_scale,
            detached=arguments.detached,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localcloud", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "serve"))
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="where the cloud keeps its files")
    parser.add_argument("--stack", default="local", help="what `up` deploys")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--profile", choices=("cloud", "none"), default="cloud", help="how long things take")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--detached", action="store_true", help="go on when standard input ends")
    return parser


if __name__ == "__main__":
    main()
