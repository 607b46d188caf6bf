from dataclasses import asdict

import pytest

from localcloud.latency import Latency, Profile


def test_the_cloud_profile_has_no_delay_left_out() -> None:
    assert all(any(_parts(value)) for value in asdict(Profile.named("cloud")).values())
    assert all(asdict(Profile.named("cloud").linode).values())


def test_none_has_no_delay() -> None:
    assert Profile.named("none") == Profile.named("cloud").scaled(0)


def test_a_factor_scales_every_delay() -> None:
    whole, tenth = asdict(Profile.named("cloud")), asdict(Profile.named("cloud").scaled(0.1))
    scaled = {name: [part * 0.1 for part in _parts(value)] for name, value in whole.items()}
    assert {name: _parts(value) for name, value in tenth.items()} == scaled


def _parts(value: float | tuple[float, float] | dict[str, float]) -> list[float]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, tuple) else [value]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="'cloud' and 'none'"):
        Profile.named("moon")


def test_the_same_seed_draws_the_same_delays() -> None:
    def drawn(seed: int) -> list[float]:
        latency = Latency(Profile(), seed)
        return [latency.draw((0.0, 1.0)) for _ in range(5)]

    assert drawn(1) == drawn(1) != drawn(2)
