"""What is not text (images, audio, files) cannot be masked: by default it goes to no remote host.

It looks at no attachment; it never fetches one.
"""

from __future__ import annotations

from collections import Counter

from shoal.call import ModelCard
from shoal.chat import Chat
from shoal.errors import AttachmentRefused
from shoal.trust.masking.strings import TEXT_PARTS


def attachments(chat: Chat) -> Counter[str]:
    """How many parts that are not text the chat holds, by their kind; unknown kinds count, they may hold anything."""
    return Counter(
        part.kind if part.kind.isidentifier() else "unknown"
        for message in chat.messages
        if isinstance(message.wire.get("content"), list)
        for part in message.parts()
        if part.kind not in TEXT_PARTS
    )


def refuse(found: Counter[str], card: ModelCard) -> None:
    """Raises AttachmentRefused where there are attachments and the model is remote."""
    if found and card.kind == "host":
        kinds = ", ".join(sorted(found))
        raise AttachmentRefused(
            f"parts that are not text ({kinds}) cannot be masked, so they are not sent to host '{card.host}': take "
            'them out, or have the operator set trust.masking.attachments = "pass"',
            param="messages",
        )
