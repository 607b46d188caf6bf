import threading

from drills.repeatedly import Repeatedly


def test_work_begins_at_once_however_long_the_pauses_are() -> None:
    done = threading.Event()
    work = Repeatedly("test", done.set, every_seconds=600)
    work.start()
    assert done.wait(10)
    work.stop()


def test_what_is_being_done_is_done_to_its_end_before_the_stop_is_over() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[int]()

    def slowly() -> None:
        begun.set()
        go_on.wait(10)
        done.append(1)

    work = Repeatedly("test", slowly, every_seconds=600)
    work.start()
    begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    work.stop()
    assert done == [1]


def test_work_that_never_began_can_be_stopped() -> None:
    Repeatedly("test", lambda: None, every_seconds=600).stop()
