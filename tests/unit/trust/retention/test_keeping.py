"""Keeping: a session for each exchange of a tenant that opted in, and for no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from shoal.chat import Chat, Message, Piece
from shoal.config import Settings
from shoal.stores.database import Database
from shoal.stores.ledger import Record
from shoal.trust.keys import RootKey
from shoal.trust.retention.keeping import Keeping, open_keeping

SETTINGS = {"audit": {"tenants": {"north": {"content": "masked"}}}}


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    database = Database(tmp_path)
    database.migrate()
    opened = open_keeping(Settings.model_validate(SETTINGS), RootKey(b"k" * 32), database)
    yield opened
    opened.close()
    database.close()


@pytest.mark.parametrize("said", ["short", "long " * 5000])
def test_a_session_keeps_prompt_and_reply(keeping: Keeping, said: str) -> None:
    session = keeping.open("north")
    assert session is not None
    assert keeping.content is not None
    asyncio.run(session.asked(Chat("m", (Message.of("user", said),))))
    for piece in (Piece.of("Hel", None), Piece.of("lo")):
        session.read(piece)
    session.end(Record("ex_1", "north", "key", 1.0, "m", False, person="a1"))
    keeping.content.flush()
    kept = keeping.content.read("ex_1", "north", "reader")
    assert kept is not None
    assert orjson.loads(kept.prompt.reveal())["messages"][0]["content"] == said
    assert orjson.loads(kept.reply.reveal())["choices"][0]["content"] == "Hello"
    assert (kept.key_id, kept.person) == ("key", "a1")


def test_where_masking_did_not_come_to_its_end_nothing_is_kept(keeping: Keeping) -> None:
    session = keeping.open("north")
    assert session is not None
    assert keeping.content is not None
    session.read(Piece.of("raw"))
    session.end(Record("ex_1", "north", "key", 1.0, "m", False))
    assert keeping.content.read("ex_1", "north", "reader") is None


def test_others_have_no_session(keeping: Keeping, tmp_path: Path) -> None:
    assert keeping.open("south") is None
    database = Database(tmp_path / "other")
    database.migrate()
    nobody = open_keeping(Settings(), RootKey(b"k" * 32), database)
    assert nobody.open("north") is None
    nobody.close()
    database.close()
