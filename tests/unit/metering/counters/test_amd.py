"""The AMD reader on a library of the same form."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.metering.counters.amd import AmdSource
from tests.unit.metering.counters.trees import amd


def test_gpus_that_count_are_read_in_joules() -> None:
    source = AmdSource(amd({0: 1_000_000, 1: None, 2: -1, 3: 0}))
    assert [domain.name for domain in source.domains] == ["gpu-0", "gpu-3"]
    assert source.read() == pytest.approx((15.3, 0.0))


def test_the_library_is_let_go_once() -> None:
    library = amd({0: 1})
    source = AmdSource(library)
    source.close()
    source.close()
    assert library.calls.open == 0


def test_without_a_driver_or_the_library_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="leave its counters out"):
        AmdSource(amd({}, driver=False))
    monkeypatch.setitem(__import__("sys").modules, "amdsmi", None)
    with pytest.raises(ConfigError, match="ROCm"):
        AmdSource()
