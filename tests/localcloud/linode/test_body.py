"""What callers send, field by field."""

from collections.abc import Callable

import pytest

from localcloud.linode.body import Body
from localcloud.linode.refusals import Refused

SENT = {"text": "a", "number": 7, "flag": True, "texts": ["a"], "numbers": [1], "part": {"x": 1}, "parts": [{"x": "b"}]}


@pytest.mark.parametrize(
    ("read", "field"),
    [
        (lambda body: body.text("number"), "number"),
        (lambda body: body.needed("missing"), "missing"),
        (lambda body: body.choice("text", ("b", "c"), "b"), "text"),
        (lambda body: body.integer("text"), "text"),
        (lambda body: body.integer("flag"), "flag"),
        (lambda body: body.integer("number", most=6), "number"),
        (lambda body: body.integer("number", least=8), "number"),
        (lambda body: body.needed_integer("missing"), "missing"),
        (lambda body: body.flag("number"), "number"),
        (lambda body: body.texts("numbers"), "numbers"),
        (lambda body: body.texts("text"), "text"),
        (lambda body: body.integers("texts"), "texts"),
        (lambda body: body.part("texts"), "texts"),
        (lambda body: body.part("part").text("x"), "part.x"),
        (lambda body: body.parts("part"), "part"),
        (lambda body: body.parts("texts"), "texts"),
        (lambda body: body.parts("parts")[0].integer("x"), "parts[0].x"),
    ],
)
def test_a_refusal_names_the_field(read: Callable[[Body], object], field: str) -> None:
    with pytest.raises(Refused) as caught:
        read(Body(SENT))
    assert (caught.value.status, caught.value.field) == (400, field)


def test_null_is_as_good_as_nothing() -> None:
    body = Body({"text": None, "number": None})
    assert (body.text("text", "default"), body.optional_integer("number"), "text" in body) == ("default", None, False)


@pytest.mark.parametrize("content", [b"{", b"[]", b"1"])
def test_a_body_is_an_object(content: bytes) -> None:
    with pytest.raises(Refused, match="Invalid JSON"):
        Body.of(content)
