"""200 values that no host may see, and the chat they are planted in: names, addresses, numbers and secrets, in prose,
in records, in arguments of tools, in a schema and in metadata."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from faker import Faker

SEED = 20261122
NAMES = 50
RECORDS = 25


@dataclass
class Planted:
    """`values` are what was planted, `request` the body of a chat that holds them all."""

    values: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def value(self, said: str) -> str:
        self.values.append(said)
        return said


def plant() -> Planted:
    """The same 200 values each time."""
    people = Faker(["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "sv_SE", "pt_BR"])
    Faker.seed(SEED)
    found = Planted()
    for at in range(NAMES):
        name = found.value(f"{people.first_name()} {people.last_name()}")
        mail = found.value(people.unique.email())
        found.lines.append(f"{at + 1}. The customer {name} wrote to us from {mail} and waits for an answer.")
    for at in range(RECORDS):
        found.rows.append(
            {
                "id": at,
                "phone": found.value(f"+1 212-555-{1000 + at * 37}"),
                "card": found.value(people.unique.credit_card_number(card_type="visa16")),
                "iban": found.value(Faker("de_DE").unique.iban()),
                "ip": found.value(people.unique.ipv4_public()),
            }
        )
    return found


def request(planted: Planted, model: str) -> dict[str, Any]:
    """A chat in the OpenAI form, in the middle of work with tools."""
    half = len(planted.lines) // 2
    rows = planted.rows
    call = {"name": "look_up", "arguments": json.dumps({"customers": rows[:5], "note": json.dumps(rows[5:8])})}
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": "You help with these customers.\n" + "\n".join(planted.lines[:10])},
            {"role": "user", "content": [{"type": "text", "text": "\n".join(planted.lines[10:half])}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps(rows[8:])},
            {"role": "user", "content": "\n".join(planted.lines[half:])},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "send",
                    "description": f"Sends a message, such as to {planted.values[1]}",
                    "parameters": {"type": "object", "properties": {"to": {"enum": planted.values[1:20:2]}}},
                },
            }
        ],
        "metadata": {"case": planted.values[3]},
        "user": planted.values[5],
    }
