"""What counts as the base install, from the metadata of installed packages."""

from __future__ import annotations

import sys

import pytest

from scripts.installed_size import canonical, main, needed

INSTALLED = {
    "shoal": ["SQLAlchemy>=2.1", "uvloop>=0.21; sys_platform != 'win32'", 'redis>=6.0; extra == "redis"', "gone>=1"],
    "sqlalchemy": ["typing_extensions>=4.6.0", 'greenlet>=1; extra == "asyncio"', "Shoal"],
    "uvloop": [],
    "typing-extensions": [],
    "redis": [],
    "greenlet": [],
    "pip": [],
}


def test_extras_and_bystanders_do_not_count_platforms_do() -> None:
    assert needed(INSTALLED) == {"shoal", "sqlalchemy", "uvloop", "typing-extensions"}


def test_without_shoal_nothing_counts() -> None:
    assert needed({"pip": []}) == set()


@pytest.mark.parametrize(
    ("name", "written"), [("SQLAlchemy", "sqlalchemy"), ("typing_extensions", "typing-extensions")]
)
def test_names_are_compared_as_the_index_does(name: str, written: str) -> None:
    assert canonical(name) == written


def test_this_environment_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([sys.executable])
    lines = capsys.readouterr().out.splitlines()
    sizes = {line.split()[2]: float(line.split()[0]) for line in lines}
    assert sizes["shoal"] > 30
    assert {"numpy", "aiohttp", "aiosignal"} < sizes.keys()
    assert not {"pip", "redis", "pytest"} & sizes.keys()
    assert sum(sizes.values()) - sizes["together"] == pytest.approx(sizes["together"], abs=0.5)
    assert code == (sizes["together"] > 250)
