"""AuditEntry of an exchange: what of its record, its options and its trust account may be written down for good.

Only numbers, known words and the operator's own names pass; everything a caller wrote freely is left out or hashed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Container, Mapping
from typing import Any

from shoal.chat import Chat, Json
from shoal.stores.audit_log import AuditEntry
from shoal.stores.ledger import Record
from shoal.trust.audit.macs import mac

NUMBERS = (
    *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "n", "seed"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty", "top_logprobs"),
)
SWITCHES = ("logprobs", "store", "parallel_tool_calls")
WORDS: Mapping[str, frozenset[str]] = {
    "reasoning_effort": frozenset({"none", "minimal", "low", "medium", "high", "xhigh"}),
    "verbosity": frozenset({"low", "medium", "high"}),
    "service_tier": frozenset({"auto", "default", "flex", "priority", "scale"}),
    "tool_choice": frozenset({"none", "auto", "required"}),
}
# Options that may be objects: only their `type` is noted.
KINDS: Mapping[str, frozenset[str]] = {
    "tool_choice": frozenset({"function", "custom", "allowed_tools"}),
    "response_format": frozenset({"text", "json_object", "json_schema"}),
}
LARGEST = 2**63 - 1
ENTITIES = ("masked", "observed")
# What a model is called that the house does not have: the name is a stranger's text.
UNKNOWN = "unknown:"


def parameters_of(chat: Chat) -> Json:
    """The options that are plain numbers, switches or known words, and how many messages, passages and tools there
    are."""
    options = chat.options
    told: Json = {"messages": len(chat.messages), "passages": len(chat.passages)}
    told.update({name: options[name] for name in NUMBERS if _is_number(options.get(name))})
    told.update({name: options[name] for name in SWITCHES if isinstance(options.get(name), bool)})
    for name, words in WORDS.items():
        if isinstance(word := options.get(name), str) and word in words:
            told[name] = word
    for name, kinds in KINDS.items():
        if isinstance(value := options.get(name), dict) and (kind := value.get("type")) in kinds:
            told[name] = kind
    if isinstance(tools := options.get("tools"), list):
        told["tools"] = len(tools)
    return told


def entry_of(
    record: Record,
    *,
    key: bytes,
    policy: str,
    parameters: Json,
    models: Container[str] = (),
    prompt_mac: str | None = None,
    reply_mac: str | None = None,
    conversation: str | None = None,
) -> AuditEntry:
    """The entry of a settled exchange. `key` is the tenant's; `models` the names that the house knows; `conversation`
    the caller's own name for it, of which only the keyed hash is kept."""
    usage = record.usage()
    entities, trust = _divided(record.trust or {})
    return AuditEntry(
        exchange=record.id,
        time=time.time_ns(),
        tenant=record.tenant,
        key_id=record.key_id,
        outcome=record.outcome,
        asked=_named(record.asked, record, key, models),
        policy=policy,
        model=None if record.model is None else _named(record.model, record, key, models),
        streamed=record.streamed,
        parameters=parameters,
        tokens={
            "prompt": usage.prompt_tokens,
            "completion": usage.completion_tokens,
            "cached": usage.cached_tokens,
            "reasoning": usage.reasoning_tokens,
        },
        entities=entities,
        trust=trust,
        hosts=tuple(sorted({attempt.host for attempt in record.attempts})),
        attempts=len(record.attempts),
        latency_s=record.latency_s,
        prompt_mac=prompt_mac,
        reply_mac=reply_mac,
        conversation=None if conversation is None else mac(key, "conversation", _encoded(conversation)),
    )


def _named(name: str, record: Record, key: bytes, models: Container[str]) -> str:
    """The name of a model that exists; of any other, which may be anything that a caller wrote, a keyed hash."""
    if name in models or record.attempts or record.outcome == "ok":
        return name
    return UNKNOWN + mac(key, "model", _encoded(name))[:16]


def _divided(trust: Json) -> tuple[Json, Json]:
    """Entity counts by what became of them and type, and the rest of the account."""
    entities = {
        action: {kind: count[0] if isinstance(count, list) else count for kind, count in trust[action].items()}
        for action in ENTITIES
        if isinstance(trust.get(action), dict)
    }
    return entities, {name: value for name, value in trust.items() if name not in ENTITIES}


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) <= LARGEST


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
