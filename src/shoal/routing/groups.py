"""What an ask belongs to, by level: what tables and segments of a certificate know it by. It holds no text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from shoal.chat import Chat
from shoal.text.ngrams import PLACEHOLDER

TOLD: Final = ("template", "tag")
"""The levels that a request tells. What only labels know of a request must not be learned from: a router could not know
it, and what it certified would not hold."""
_TEMPLATE = re.compile(r"[0-9a-f]{16}")


def groups_of(chat: Chat) -> dict[str, str]:
    """What the ask belongs to: the system prompt as its template, whoever is masked in it, and the first tag."""
    found: dict[str, str] = {}
    if chat.system:
        found["template"] = template_of(chat.system)
    tags = chat.shoal.tags
    if tags:
        name = min(tags)
        found["tag"] = f"{name}={tags[name]}"
    return found


def marks_of(groups: Mapping[str, str]) -> frozenset[str]:
    """What the ask tells of itself, whichever group it is of: the levels of TOLD, and of a tag its key."""
    key = groups.get("tag", "").partition("=")
    return frozenset([level for level in TOLD if level in groups] + ([f"tag {key[0]}"] if key[1] else []))


def groups_told(given: Mapping[str, object], chat: Chat | None = None) -> dict[str, str]:
    """What a label says of its ask, as a request would: other levels than TOLD are left out, a system prompt that is
    written out is known by its hash, and where no template is named it is that of the `chat`."""
    found = {level: str(given[level]) for level in TOLD if level in given}
    template = found.get("template")
    if template is not None and _TEMPLATE.fullmatch(template) is None:
        found["template"] = template_of(template)
    return found if chat is None else groups_of(chat) | found


def template_of(system: str) -> str:
    """What a system prompt is known by."""
    text = PLACEHOLDER.sub(r"<\1>", system)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
