"""What counts as an attachment, and who is refused it."""

from __future__ import annotations

from collections import Counter

import pytest

from shoal.call import ModelCard
from shoal.chat import Chat, Message
from shoal.errors import AttachmentRefused
from shoal.trust.masking.attachments import attachments, refuse


def chat(*kinds: str) -> Chat:
    return Chat("m", (Message.from_wire({"role": "user", "content": [{"type": kind} for kind in kinds]}),))


def test_what_is_not_text_is_counted_by_kind() -> None:
    found = attachments(chat("text", "image_url", "image_url", "input_audio", "file", "never <heard> of"))
    assert found == Counter(image_url=2, input_audio=1, file=1, unknown=1)
    assert not attachments(Chat("m", (Message.of("user", "x"),)))


def test_only_remote_hosts_are_refused_it() -> None:
    refuse(Counter(image_url=1), ModelCard("m", "t", "specialist"))
    refuse(Counter(), ModelCard("m", "t", "host"))
    with pytest.raises(AttachmentRefused, match=r'"pass"'):
        refuse(Counter(image_url=1), ModelCard("m", "t", "host", host="h"))
