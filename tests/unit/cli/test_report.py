"""`shoal report first-day`: what would have reached which host, and settings that can be pasted."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterable
from typing import Any

from shoal.call import Attempt, Purpose
from shoal.cli.first_day import NOWHERE, gather, settings_for
from shoal.config import load
from shoal.stores.database import Database
from shoal.stores.ledger import Record, Sighting, SqlLedger
from shoal.trust.masking.policy import OBSERVED
from tests.unit.cli.conftest import Shell

OBSERVING = {
    "mode": "observe",
    "observed": {"EMAIL_ADDRESS": [3, 0.2], "TITLE": [1, 0.4]},
    "attachments": {"image_url": 2},
}
MASKING = {
    "mode": "enforce",
    "masked": {"EMAIL_ADDRESS": [1, 0.1]},
    "observed": {"AGE": [2, 1.5]},
    "unknown_placeholders": 1,
}


def fill(shell: Shell, *exchanges: tuple[dict[str, Any] | None, tuple[str, ...]], hours_ago: float = 1.0) -> None:
    database = Database(shell.data)
    database.migrate()
    ledger = SqlLedger(database)
    for number, (trust, hosts) in enumerate(exchanges):
        attempts = [Attempt("m", host, Purpose.ANSWER, 2.0, 0, "ok", 1, 0.1, 0.5) for host in hosts]
        began = time.time() - hours_ago * 3600
        written = Record(
            f"ex_{hours_ago}_{number}", "default", "k", began, "auto", True, trust=trust, attempts=attempts
        )
        ledger.add(written)
    ledger.close()
    database.close()


def test_the_rows_are_by_type_host_and_what_became_of_it() -> None:
    day = gather(
        [
            Sighting(OBSERVING, frozenset({"lab", "far"})),
            Sighting(MASKING, frozenset({"lab"})),
            Sighting({"mode": "enforce"}, frozenset()),
            Sighting({"mode": "enforce", "masked": {"EMAIL_ADDRESS": [1, 0.0]}}, frozenset()),
        ]
    )
    assert (day.exchanges, day.with_entities, day.modes) == (4, 3, {"observe": 1, "enforce": 3})
    rows = [(row.type, row.host, row.action, row.found, round(row.doubt, 1)) for row in day.ordered()]
    assert rows == [
        ("EMAIL_ADDRESS", NOWHERE, "masked", 1, 0.0),
        ("EMAIL_ADDRESS", "far", "observed", 3, 0.2),
        ("EMAIL_ADDRESS", "lab", "masked", 1, 0.1),
        ("EMAIL_ADDRESS", "lab", "observed", 3, 0.2),
        ("AGE", "lab", "observed", 2, 1.5),
        ("TITLE", "far", "observed", 1, 0.4),
        ("TITLE", "lab", "observed", 1, 0.4),
    ]
    assert day.types["EMAIL_ADDRESS"].found == 5
    assert (day.attachments, day.unknown_placeholders) == ({"image_url": 2}, 1)


def test_the_sightings_are_read_one_by_one() -> None:
    def endless() -> Iterable[Sighting]:
        for _ in range(10_000):
            yield Sighting(OBSERVING, frozenset({"lab"}))

    assert len(gather(endless()).rows) == 2


def test_the_settings_can_be_pasted(tmp_path: Any) -> None:
    day = gather([Sighting(OBSERVING, frozenset({"lab"})), Sighting(MASKING, frozenset({"lab"}))])
    text = "\n".join(settings_for(day, OBSERVED))
    parsed = tomllib.loads(text)
    assert parsed["trust"]["mode"] == "enforce"
    assert parsed["trust"]["masking"]["types"] == {"EMAIL_ADDRESS": "enforce"}
    assert '# AGE = "enforce"  # 2 found, 1.5 of them probably none: look at examples first' in text
    assert '# TITLE = "enforce"  # 1 found' in text
    (tmp_path / "shoal.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "shoal.toml").settings.trust.masking.attachments == "refuse"


def test_the_report_in_words(shell: Shell) -> None:
    fill(shell, (OBSERVING, ("lab",)), (MASKING, ("lab", "embedded")), (None, ("lab",)))
    fill(shell, (OBSERVING, ("old",)), hours_ago=30)
    said = shell("report", "first-day").out
    assert "requests looked at in the last 24 h: 2, with personal data: 2\n" in said
    assert "EMAIL_ADDRESS\tlab\t3\t0.2\t1\treached it\n" in said
    assert "EMAIL_ADDRESS\tlab\t1\t0.1\t1\tkept from it\n" in said
    assert "AGE\tembedded\t2\t1.5\t1\tstayed in this process\n" in said
    assert "parts that are not text: image_url 2" in said
    assert "placeholders in answers that nobody knows: 1" in said
    assert 'EMAIL_ADDRESS = "enforce"' in said
    assert "\told\t" not in said
    assert "\told\t" in shell("report", "first-day", "--since", "48").out


def test_the_report_as_json(shell: Shell) -> None:
    fill(shell, (OBSERVING, ("lab",)))
    told = shell("report", "first-day", "--json").json()
    assert told["entities"][0] == {
        "type": "EMAIL_ADDRESS",
        "host": "lab",
        "action": "observed",
        "found": 3,
        "probably_none": 0.2,
        "exchanges": 1,
    }
    assert tomllib.loads(told["toml"])["trust"]["masking"]["mode"] == "enforce"
    assert shell("report", "first-day", "--tenant", "nobody", "--json").json()["exchanges"] == 0


def test_an_empty_ledger_says_how_to_begin(shell: Shell) -> None:
    said = shell.begun()("report", "first-day")
    assert said.code == 0
    assert "start the gateway with 'shoal up --observe'" in said.err
