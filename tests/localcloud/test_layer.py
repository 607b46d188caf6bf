"""What sandboxes of several regions share."""

import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localcloud.layer import unpack

AT_ONCE = 8
MODULES = 50


def archive() -> bytes:
    """Give an archive large enough that unpacking takes a while."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for number in range(MODULES):
            opened.writestr(f"module_{number}.py", "x = 1\n")
    return written.getvalue()


def test_one_archive_unpacked_for_several_regions_at_once_is_whole_for_each(tmp_path: Path) -> None:
    together = threading.Barrier(AT_ONCE)

    def start(_number: int) -> int:
        together.wait()
        return len(list(unpack(archive(), tmp_path / "archives").iterdir()))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(start, range(AT_ONCE))) == {MODULES}


def test_unpacking_leaves_nothing_but_the_archive(tmp_path: Path) -> None:
    unpack(archive(), tmp_path)
    unpack(archive(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
