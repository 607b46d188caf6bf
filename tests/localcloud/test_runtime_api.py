from concurrent.futures import ThreadPoolExecutor

from localcloud.runtime_api import Conversation
from tests.waiting import eventually, seen_within


def test_a_process_that_polls_before_it_can_be_reached_is_frozen_once_it_can() -> None:
    frozen: list[int] = []
    conversation = Conversation(started=lambda: None, freeze=lambda: frozen.append(1), thaw=lambda: None)
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(conversation.next_event)
        assert not seen_within(0.1, lambda: frozen)
        conversation.within_reach.set()
        eventually(lambda: frozen, 20, "the process is frozen")
        conversation.closed.set()
        assert poll.result() is None
