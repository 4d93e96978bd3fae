"""Cases for model_hosts: Keys of hosts of language models: OpenAI, Anthropic, Hugging Face, Groq and others, and."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.model_hosts import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"

CASES: list[Case] = [
    ("sk-proj-" + LETTERS, ("sk-proj-" + LETTERS,)),
    ("sk-" + LETTERS[:48], ("sk-" + LETTERS[:48],)),
    ("sk-ant-api03-" + LETTERS + "-AA", ("sk-ant-api03-" + LETTERS + "-AA",)),
    ("hf_" + LETTERS[:34], ("hf_" + LETTERS[:34],)),
    ("gsk_" + LETTERS, ("gsk_" + LETTERS,)),
    ("sk-shoal-k7f3-" + LETTERS, ("sk-shoal-k7f3-" + LETTERS,)),
    ("sk-learn-based-pipelines-and-others", ()),
    ("task-1234567890123456789012", ()),
    ("hf_hub_download", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_model_hosts(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
