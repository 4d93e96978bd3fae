"""Feedback: appended, sealed, counted, and without its text once the day is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from shoal.errors import PermissionDenied, RequestError, StorageError
from shoal.stores.contents import SqlContents
from shoal.stores.database import Database
from shoal.stores.day_keys import DAY_S
from shoal.stores.feedback import FEEDBACK, FeedbackCounts, SqlFeedback
from shoal.trust.keys import RootKey
from shoal.trust.retention.content import ContentStore
from shoal.trust.retention.feedback import MOST_PER_EXCHANGE, About, FeedbackBook, Said
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive

ENVELOPE = Envelope(RootKey(b"k" * 32))
NOW = 1_700_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def book(database: Database) -> FeedbackBook:
    return FeedbackBook(SqlFeedback(database), ENVELOPE, {"north": 7, "south": 7})


def about(name: str = "ex_1", tenant: str = "north") -> About:
    return About(name, tenant, "key", "person")


def text(of: str) -> Said:
    return Said("down", "edited", Sensitive(f"reason of {of}"), Sensitive(f"edited by {of}"))


def test_it_is_appended_and_read_back(book: FeedbackBook) -> None:
    first = book.add(about(), text("jane"), NOW)
    second = book.add(about(), Said("up"), NOW + 1)
    book.add(about("ex_2"), Said("up"), NOW)
    assert book.of("ex_1", "north") == [first, second]
    assert book.of("ex_1", "south") == []
    assert first.id < second.id


def test_text_is_sealed_and_shows_nowhere(book: FeedbackBook, tmp_path: Path) -> None:
    kept = book.add(about(), text("jane"), NOW)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"jane" not in held
    assert "jane" not in repr(kept)


def test_a_seal_moved_to_another_row_does_not_open(book: FeedbackBook, database: Database) -> None:
    kept = [book.add(about(name), text(name), NOW) for name in ("ex_1", "ex_2")]
    with database.engine.begin() as connection:
        sealed = connection.execute(select(FEEDBACK.c.sealed).where(FEEDBACK.c.id == kept[0].id)).scalar()
        connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == kept[1].id).values(sealed=sealed))
    with pytest.raises(StorageError, match="cannot be opened"):
        book.of("ex_2", "north")


def test_when_the_day_is_over_the_text_goes_and_the_rating_stays(book: FeedbackBook, database: Database) -> None:
    book.add(about(), text("jane"), NOW)
    later = book.add(about(), text("john"), NOW + 2 * DAY_S)
    contents = SqlContents(database)
    store = ContentStore(contents, SqlFeedback(database), ENVELOPE, {"north": 7}, lambda: NOW)
    done = store.shred(NOW + 7 * DAY_S)
    store.close()
    assert done.keys == 1  # its text may have gone at the start of the store, a moment later
    first, second = book.of("ex_1", "north")
    assert first.said == Said("down", "edited")
    assert second == later


def test_a_tenant_that_did_not_opt_in_keeps_no_text(book: FeedbackBook, database: Database) -> None:
    with pytest.raises(PermissionDenied, match="keeps no text"):
        book.add(about(tenant="west"), text("jane"), NOW)
    book.add(about(tenant="west"), Said("up"), NOW)
    assert SqlContents(database).destroy_keys(lambda _: True) == 0


def test_an_exchange_takes_so_many(book: FeedbackBook) -> None:
    for _ in range(MOST_PER_EXCHANGE):
        book.add(about(), Said("up"), NOW)
    with pytest.raises(RequestError, match="no more"):
        book.add(about(), Said("up"), NOW)
    book.add(about("ex_2"), Said("up"), NOW)


def test_the_last_word_on_each_exchange_counts(book: FeedbackBook) -> None:
    for at, (name, tenant, rating, outcome) in enumerate(
        [
            ("ex_1", "north", "up", None),
            ("ex_1", "north", "down", "regenerated"),
            ("ex_1", "north", None, "accepted"),
            ("ex_2", "north", "up", None),
            ("ex_3", "south", "up", "declined"),
            ("ex_4", "north", "down", None),
        ]
    ):
        book.add(about(name, tenant), Said(rating, outcome), NOW + at)
    assert book.counts(0, "north") == FeedbackCounts(5, 3, {"down": 2, "up": 1}, {"accepted": 1})
    assert book.counts(0) == FeedbackCounts(6, 4, {"down": 2, "up": 2}, {"accepted": 1, "declined": 1})
    assert book.counts(NOW + 4) == FeedbackCounts(2, 2, {"down": 1, "up": 1}, {"declined": 1})
    assert book.counts(NOW + 9) == FeedbackCounts(0, 0, {}, {})
