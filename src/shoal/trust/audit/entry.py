"""AuditEntry of an exchange: what of its record, its options and its trust account may be written down for good.

Only numbers, known words and the operator's own names pass; everything a caller wrote freely is left out or hashed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any

from shoal.chat import Chat, Json
from shoal.stores.audit_log import AuditEntry
from shoal.stores.ledger import Record
from shoal.trust.audit.macs import mac

# Numbers beyond are left out: no limit needs them, and card and phone numbers are that long. Seeds often have 32 bits.
LARGEST, LARGEST_SEED = 100_000_000, 2**32 - 1
JOULES_PER_WH = 3600.0
ENTITIES = ("masked", "observed")
# What a model is called that the house does not have: the name is a stranger's text.
UNKNOWN = "unknown:"


def parameters_of(chat: Chat) -> Json:
    """The options that are plain numbers, switches or known words, and how many messages, passages and tools there
    are."""
    told: Json = {"messages": len(chat.messages), "passages": len(chat.passages)}
    for name, value in chat.options.items():
        keep = KEPT.get(name)
        if keep is not None and (kept := keep(value)) is not None:
            told[name] = kept
    return told


def entry_of(
    record: Record,
    *,
    asked: str,
    policy: str,
    parameters: Json,
    prompt_mac: str | None = None,
    reply_mac: str | None = None,
    conversation: str | None = None,
    ended: int | None = None,
) -> AuditEntry:
    """The entry of a settled exchange. `asked` is the model's name as it may be written down (`model_name`),
    `conversation` the keyed hash of the caller's name for it; `ended` Unix nanoseconds, now if left out."""
    usage = record.usage()
    entities, trust = _divided(record.trust or {})
    return AuditEntry(
        exchange=record.id,
        time=time.time_ns() if ended is None else ended,
        tenant=record.tenant,
        key_id=record.key_id,
        outcome=record.outcome,
        asked=asked,
        policy=policy,
        model=asked if record.model == record.asked else record.model,
        streamed=record.streamed,
        parameters=parameters,
        tokens={
            "prompt": usage.prompt_tokens,
            "completion": usage.completion_tokens,
            "cached": usage.cached_tokens,
            "reasoning": usage.reasoning_tokens,
        },
        energy_j=_joules(record),
        entities=entities,
        trust=trust,
        hosts=tuple(sorted({attempt.host for attempt in record.calls})),
        attempts=len(record.calls),
        latency_s=record.latency_s,
        prompt_mac=prompt_mac,
        reply_mac=reply_mac,
        conversation=conversation,
    )


def _joules(record: Record) -> float | None:
    """The expected energy of the exchange; None where it was not metered or is not known."""
    energy = record.impacts.energy_wh if record.impacts is not None else None
    return None if energy is None else float(f"{energy.expected * JOULES_PER_WH:.6g}")


def conversation_mac(key: bytes, name: str | None) -> str | None:
    """The keyed hash of the caller's name for a conversation; None where there is none."""
    return None if name is None else mac(key, "conversation", _encoded(name))


def model_name(name: str, key: bytes, models: Container[str]) -> str:
    """The name of a model that exists; of any other, which may be anything that a caller wrote, a keyed hash."""
    return name if name in models else UNKNOWN + mac(key, "model", _encoded(name))[:16]


def _divided(trust: Json) -> tuple[Json, Json]:
    """Entity counts by what became of them and type, and the rest of the account."""
    entities = {
        action: {
            kind: count[0] if isinstance(count, list) and count else count for kind, count in trust[action].items()
        }
        for action in ENTITIES
        if isinstance(trust.get(action), dict)
    }
    return entities, {name: value for name, value in trust.items() if name not in ENTITIES}


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _number(value: Any, largest: int = LARGEST) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) <= largest else None


def _switch(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _word(words: frozenset[str], value: Any) -> str | None:
    """A word of the list; of an object, its `type`."""
    if isinstance(value, dict):
        value = value.get("type")
    return value if isinstance(value, str) and value in words else None


def _words(*words: str) -> Callable[[Any], str | None]:
    return partial(_word, frozenset(words))


def _count(value: Any) -> int | None:
    return len(value) if isinstance(value, list) else None


NUMBERS = (
    *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "n"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty", "top_logprobs"),
)
SWITCHES = ("logprobs", "store", "parallel_tool_calls")
# What is kept of each option; all others are left out.
KEPT: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(SWITCHES, _switch),
    "seed": partial(_number, largest=LARGEST_SEED),
    "tools": _count,
    "reasoning_effort": _words("none", "minimal", "low", "medium", "high", "xhigh"),
    "verbosity": _words("low", "medium", "high"),
    "service_tier": _words("auto", "default", "flex", "priority", "scale"),
    "tool_choice": _words("none", "auto", "required", "function", "custom", "allowed_tools"),
    "response_format": _words("text", "json_object", "json_schema"),
}
