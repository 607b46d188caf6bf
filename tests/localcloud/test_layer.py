"""What sandboxes are made from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localcloud.layer import unpack
from tests.localcloud.archives import archive


def test_an_archive_unpacked_by_many_at_once_is_there_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        unpacked = set(pool.map(lambda _: unpack(archive("x = 1"), tmp_path), range(32)))
    assert list(tmp_path.iterdir()) == [*unpacked]
    assert (unpacked.pop() / "code.py").read_text() == "x = 1"
