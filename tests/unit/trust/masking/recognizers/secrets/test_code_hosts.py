"""Cases for code_hosts: Tokens of code hosts and package registries: GitHub, GitLab, npm, PyPI, Docker Hub."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.code_hosts import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"

CASES: list[Case] = [
    ("ghp_" + LETTERS[:36], ("ghp_" + LETTERS[:36],)),
    ("use github_pat_" + LETTERS, ("github_pat_" + LETTERS,)),
    ("glpat-" + LETTERS[:20], ("glpat-" + LETTERS[:20],)),
    ("//registry/:_authToken=npm_" + LETTERS[:36], ("npm_" + LETTERS[:36],)),
    ("pypi-AgEIcHlwaS5vcmc" + LETTERS, ("pypi-AgEIcHlwaS5vcmc" + LETTERS,)),
    ("dckr_pat_" + LETTERS[:27], ("dckr_pat_" + LETTERS[:27],)),
    ("ghp_short", ()),
    ("npm_config_registry", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_code_hosts(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
