"""Started by the engine, which tells neither where the repository is nor puts it on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policy.crossguard.pack import serve

serve()
