"""What an ask belongs to, by level: what tables and segments of a certificate know it by. It holds no text."""

from __future__ import annotations

import hashlib

from shoal.chat import Chat
from shoal.text.ngrams import PLACEHOLDER


def groups_of(chat: Chat) -> dict[str, str]:
    """What the ask belongs to: the system prompt as its template, whoever is masked in it, and the first tag."""
    found: dict[str, str] = {}
    if chat.system:
        template = PLACEHOLDER.sub(r"<\1>", chat.system)
        found["template"] = hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    tags = chat.shoal.tags
    if tags:
        name = min(tags)
        found["tag"] = f"{name}={tags[name]}"
    return found
