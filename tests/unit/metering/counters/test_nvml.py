"""The NVML reader on a library of the same form."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.metering.counters.nvml import NvmlSource
from tests.unit.metering.counters.trees import nvml


def test_gpus_that_count_are_read_in_joules() -> None:
    source = NvmlSource(nvml({0: 5_500, 1: None, 2: 7_000}))
    assert [domain.name for domain in source.domains] == ["gpu-0", "gpu-2"]
    assert source.read() == (5.5, 7.0)
    assert source.domains[0].most_w == pytest.approx(840)


def test_a_gpu_that_falls_off_is_not_known() -> None:
    counts: dict[int, int | None] = {0: 5_500}
    source = NvmlSource(nvml(counts))
    counts[0] = None
    assert source.read() == (None,)


def test_the_library_is_let_go_once() -> None:
    library = nvml({0: 1})
    source = NvmlSource(library)
    assert library.calls.open == 1
    source.close()
    source.close()
    assert library.calls.open == 0


def test_a_gpu_without_a_power_limit() -> None:
    assert NvmlSource(nvml({0: 1}, limit_mw=None)).domains[0].most_w is None


def test_without_a_driver_the_error_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="leave its counters out"):
        NvmlSource(nvml({}, driver=False))


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pynvml", None)
    with pytest.raises(ConfigError, match="nvidia-ml-py"):
        NvmlSource()
