"""The known kinds of host."""

import pytest

from shoal.errors import ConfigError
from shoal.models.hosts.rows import find_row, rows


def test_all_fourteen_are_there() -> None:
    assert set(rows()) == {
        "openai",
        "azure",
        "vllm",
        "ollama",
        "llama.cpp",
        "lm studio",
        "tgi",
        "sglang",
        "groq",
        "mistral",
        "together",
        "deepseek",
        "openrouter",
        "anthropic",
    }


@pytest.mark.parametrize("name", rows())
def test_every_row_is_whole(name: str) -> None:
    row = rows()[name]
    assert row.dialect == ("anthropic" if name == "anthropic" else "openai")
    assert row.base_url.startswith(("https://", "http://127.0.0.1:")) or name == "azure"
    assert row.key is not row.base_url.startswith("http://")


def test_a_misspelt_row_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"hosts\.x\.row = 'olama' is not known: did you mean 'ollama'\?"):
        find_row("olama", "x")
