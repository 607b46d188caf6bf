"""What a node signs when it asks for a session: nodes write it, the enrolment function writes it again and compares."""


def session_text(*, stack: str, node: int, generation: int, counter: int, roots: tuple[str, ...]) -> bytes:
    """Return the one spelling of a session request, which no other request of any stack can have.

    No region is in it: the counter is of all of them, so a request that was taken anywhere is spent everywhere.
    """
    lines = (
        "lifeboat session 1",
        f"stack {stack}",
        f"node {node}",
        f"generation {generation}",
        f"counter {counter}",
        f"roots {','.join(roots)}",
    )
    return "".join(f"{line}\n" for line in lines).encode()
