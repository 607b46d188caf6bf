"""``python -m localcloud serve``: the cloud itself; ``up`` and ``down``: one to play with, in the background."""

import argparse
from pathlib import Path

from localcloud.serve import ServeSettings, serve

DEFAULT_ROOT = Path(".local")


def main() -> None:
    """Carry out one command."""
    arguments = _parser().parse_args()
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
    parser.add_argument("command", choices=("serve", "up", "down"))
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="where clouds keep their files")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--profile", choices=("cloud", "none"), default="cloud")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--detached", action="store_true")
    return parser


if __name__ == "__main__":
    main()
