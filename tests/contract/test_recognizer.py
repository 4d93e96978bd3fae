"""The contract of `Recognizer`, run on those that come with Shoal and on one as a plug-in would bring it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest

from shoal.trust.masking.entity import Entity, Recognizer
from shoal.trust.masking.lists import ListRecognizer, Terms
from shoal.trust.masking.recognizers import builtin
from shoal.trust.masking.scan import PatternScanner
from tests.contract.recognizer_suite import CHECKS, Subject


class ClaimNumbers:
    """As short as a plug-in's recognizer can be."""

    name, types = "claim numbers", ("CLAIM_NUMBER",)

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[self._entity(match) for match in re.finditer(r"\bCL-\d{6}\b", text)] for text in texts]

    def _entity(self, match: re.Match[str]) -> Entity:
        return Entity("CLAIM_NUMBER", match.start(), match.end(), 0.9, self.name)


@cache
def patterns() -> Recognizer:
    return PatternScanner(builtin())


@cache
def classifier() -> Recognizer:
    from shoal.trust.masking.classifier import TokenClassifier

    return TokenClassifier.load()


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "patterns": lambda: Subject(patterns(), "Write to jane@example.org.", "EMAIL_ADDRESS", "jane@example.org"),
    "lists": lambda: Subject(
        ListRecognizer(Terms(deny={"PROJECT": ["Blue Heron"]})), "About blue heron.", "PROJECT", "blue heron"
    ),
    "classifier": lambda: Subject(classifier(), "My name is Jane Doe.", "PERSON", "Jane Doe"),
    "plug-in": lambda: Subject(ClaimNumbers(), "My claim is CL-123456.", "CLAIM_NUMBER", "CL-123456"),
}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_recognizer(subject: str, check: Callable[[Subject], None]) -> None:
    check(SUBJECTS[subject]())
