"""Bounds: what names, moments, scopes and tags may look like."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from shoal.errors import RequestError
from shoal.identity import bounds


def refuses(check: Callable[[], None]) -> bool:
    try:
        check()
    except RequestError:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "refused"),
    [("n", False), ("ä b", False), ("x" * 200, False), ("x" * 201, True), ("", True), ("a\n", True), ("\x7f", True)]
    + [("שלום ada", False), ("\u0645\u06cc\u200c\u0634\u0648\u062f", False)]
    + [
        (f"a{chr(mark)}b", True)
        for mark in (0, 0x80, 0x9B, 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2066, 0x2069)
    ],
)
def test_names(name: str, refused: bool) -> None:
    assert refuses(lambda: bounds.check_name(name)) is refused


@pytest.mark.parametrize(
    ("at", "refused"),
    [(101.0, False), (4e9, False), (100.0, True), (4.1e9, True), (math.inf, True), (math.nan, True), (-1.0, True)],
)
def test_when_a_key_may_end(at: float, refused: bool) -> None:
    assert refuses(lambda: bounds.check_expires(at, 100.0)) is refused


@pytest.mark.parametrize(
    ("name", "refused"),
    [("a", False), ("a.b-c_1", False), ("A", True), ("-a", True), ("a/b", True), ("..", True), ("a\n", True)],
)
def test_ids(name: str, refused: bool) -> None:
    assert refuses(lambda: bounds.check_id(name)) is refused


def test_tags_and_scopes() -> None:
    bounds.check_tags({"a": "", "b" * 64: "c" * 256})
    for tags in ({"": "x"}, {"a": "x" * 257}, {"a": "x\ny"}, {str(at): "x" for at in range(17)}):
        assert refuses(lambda tags=tags: bounds.check_tags(tags))  # type: ignore[misc]
    bounds.check_scopes({"models": ("shoal/*",), "endpoints": ("/v1/chat/*",), "areas": None})
    for scopes in ({"models": ("",)}, {"endpoints": ("chat",)}, {"collections": ("x",) * 101}):
        assert refuses(lambda scopes=scopes: bounds.check_scopes(scopes))  # type: ignore[misc]
