"""The demo's 300 messages, and how an application would send each kind; it knows neither gateway nor models' names.

Every message was written for this project; the people, numbers and addresses in it are invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("messages.jsonl")
KINDS = ("triage", "out_of_scope", "docs", "summary", "large")
OUT_OF_SCOPE = "out_of_scope"
COLLECTION = "shoal-docs"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `label` is an intent for `triage`, "out_of_scope", `{source, phrases}` for `docs`, `{words,
    phrases}` for `summary`, "large" for what only a large general model can do."""

    id: str
    text: str
    kind: str
    label: Any
    note: str = ""


def load(path: Path = FILE) -> list[Message]:
    """The messages in the order of the file."""
    return [Message(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def intents(messages: list[Message]) -> list[str]:
    """The names that a triage may answer with, sorted."""
    return sorted({message.label for message in messages if message.kind == "triage"})


def request(message: Message, names: list[str]) -> dict[str, Any]:
    """The arguments of `chat.completions.create`, as an application would write them: a bank's desk that sorts its
    mail into `names`, a help page, a button "summarise", a plain chat."""
    if message.kind in ("triage", OUT_OF_SCOPE):
        return {"messages": [{"role": "system", "content": triage_prompt(names)}, _user(message.text)]}
    if message.kind == "docs":
        return {"messages": [_user(message.text)], "extra_body": {"shoal": {"collections": [COLLECTION]}}}
    if message.kind == "summary":
        words = message.label["words"]
        return {"messages": [_user(f"Summarise this in at most {words} words:\n\n{message.text}")]}
    return {"messages": [_user(message.text)]}


def triage_prompt(names: list[str]) -> str:
    """What the bank's desk tells the model."""
    return (
        "Classify the customer's message to our bank by intent. Answer with one of these names and nothing else: "
        f"{', '.join(names)}. If none fits, answer {OUT_OF_SCOPE}."
    )


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
