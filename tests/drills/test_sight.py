import threading
import time
from pathlib import Path

from drills.events import Event
from tests.drills.staged import staged


def test_what_comes_while_it_is_waited_for_ends_the_wait(tmp_path: Path) -> None:
    sight, looks = staged(tmp_path).drill.sight, list[bool]()
    moved = Event(at=0.0, source="row", facts={"epoch": 2})

    def holds() -> bool:
        if not looks:  # it is being waited for, and whoever tells of the change must wait until that has begun
            threading.Thread(target=sight.take, args=(moved,)).start()
        looks.append(sight.epoch == 2)
        return looks[-1]

    begun = time.monotonic()
    sight.wait_until(holds, "epoch 2", 60)

    assert looks == [False, True]
    assert time.monotonic() - begun < 30
