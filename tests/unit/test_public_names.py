"""The public surface: what `shoal` exports, all of it real, and nothing imported before it is used."""

import subprocess
import sys

import pytest

import shoal


def test_at_most_thirty_names_all_of_them_there() -> None:
    assert len(shoal.__all__) == len(set(shoal.__all__)) <= 30
    for name in shoal.__all__:
        assert getattr(shoal, name) is not None


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = shoal.nothing


def test_importing_shoal_imports_nothing_heavy() -> None:
    code = "import sys, shoal; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "sqlalchemy", "numpy", "starlette", "uvicorn", "typer", "rich", "aiohttp"} & set(loaded)
