"""A cascade inside `auto`, end to end: certified on labels, chosen where it is expected to be cheaper, and charged."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from shoal.stores.database import Database
from shoal.stores.journal import Journal
from shoal.stores.ledger import SqlLedger
from shoal.testing import Received, ScriptedHost, Step, Wire, answers
from tests.unit.cli.conftest import Said, Shell
from tests.unit.routing.labelled import checked

SETTINGS = """
[hosts.h]
dialect = "openai"
base_url = "{url}"
retries = 0
[models.small]
host = "h"
price = {{ input = 0.1, output = 0.1 }}
[models.large]
host = "h"
price = {{ input = 10, output = 10 }}
[auto]
reference = "large"
candidates = []
weights = {{ cost = 1, energy = 0, carbon = 0 }}
[cascades.c]
models = ["small", "large"]
checks = ["refusal"]
[routing]
"""
EASY = "Please tell me about the return policy for shoes, case 13."
HARD = "Please tell me about the bound the spectral gap, case 13."


def labels(folder: Path) -> Path:
    """The small model declines two in three of the hard asks, and what it does not decline is right."""
    plain = checked(1600)
    lines: list[dict[str, object]] = []
    for ask, (small, large), sure in zip(plain.asks, plain.scores, plain.checks["small", "confidence"], strict=True):
        scores = {"small": float(small), "large": float(large)}
        checks = {"small": {"refusal": bool(sure >= 0.5)}}
        lines.append({"id": len(lines), "prompt": ask, "scores": scores, "checks": checks})
    file = folder / "labels.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def says(small: str) -> Step:
    """A host whose small model says this."""

    async def step(received: Received, wire: Wire) -> None:
        said = small if received.json["model"] == "small" else "The large one knows."
        await answers(said)(received, wire)

    return step


def certified(shell: Shell, *more: str) -> Said:
    config = shell.write("shoal.toml", SETTINGS.format(url="http://127.0.0.1:9/v1"))
    file = str(labels(shell.home))
    words = ("--reference", "large", "--models", "small,cascade:c", "--alpha", "0.08", "--config", config)
    return shell("route", "certify", file, *words, "--out", str(shell.home / "route"), *more)


def asked(shell: Shell, words: str, small: str, *more: str) -> tuple[Any, ScriptedHost]:
    """What `auto` answers where the small model says this."""

    async def go() -> tuple[Any, ScriptedHost]:
        async with ScriptedHost(otherwise=says(small)) as host:
            text = f'{SETTINGS.format(url=host.url)}route = "{shell.home / "route"}"\n'
            config = shell.write("shoal.toml", text)
            said = await asyncio.to_thread(shell, "ask", "--json", "--model", "auto", "--config", config, words, *more)
            assert said.code == 0, said.err
            return said.json(), host

    return asyncio.run(go())


def explained(shell: Shell, words: str) -> Any:
    return shell("route", "explain", words, "--config", str(shell.home / "shoal.toml"), "--json").json()


def record(shell: Shell, exchange: str) -> Any:
    ledger = SqlLedger(Database(shell.data), Journal(shell.data / "journal"))
    try:
        found = ledger.get(exchange)
    finally:
        ledger.close()
    assert found is not None
    return found


def test_certify_says_what_is_allowed(shell: Shell) -> None:
    said = certified(shell)
    assert said.code == 0, said.err
    assert "cascade:c: small then large (refusal 1), certified for all requests: " in said.out
    assert "cascade:c was expected to escalate" in said.out
    shown = shell("route", "show", str(shell.home / "route" / "certificate.json"))
    assert "cascade:c: small then large (refusal 1)" in shown.out
    assert shell("route", "show", str(shell.home / "route")).out == shown.out


# With what masking takes for personal data: the router sees it masked, and so must the explanation.
MASKED = "Please tell me about the return policy for shoes, case 13, of jane.doe@example.com."


@pytest.mark.parametrize(
    ("words", "small", "chosen", "answered", "calls"),
    [
        (EASY, "We take shoes back.", "small", "small", ["small"]),
        (HARD, "It is self-adjoint.", "cascade:c", "small", ["small"]),
        (HARD, "I don't know.", "cascade:c", "large", ["small", "large"]),
        (MASKED, "We take shoes back.", None, None, None),
    ],
)
def test_auto_chooses_and_explains_and_records_the_same(
    shell: Shell, words: str, small: str, chosen: str | None, answered: str | None, calls: list[str] | None
) -> None:
    """Explanation, reply and record agree, and what is paid is the sum of the tries, failed ones among them."""
    assert certified(shell).code == 0
    told, _ = asked(shell, words, small)
    plan = explained(shell, words)
    found = record(shell, told["shoal"]["exchange_id"])
    assert told["shoal"]["model"] == found.model
    assert (plan["model"], found.model) == (chosen or plan["model"], answered or found.model)
    weighed = found.trust["routing"]
    assert weighed == {**plan, "final_reason": found.reason}
    assert told["shoal"]["route"]["reason"] == found.reason
    assert f"; {plan['reason']}" in found.reason
    assert [each.model for each in found.calls] == (calls or [found.model])
    paid = [each.impacts.cost_usd.expected for each in found.calls]
    assert found.impacts.cost_usd.expected == pytest.approx(sum(paid))
    assert all(each > 0 for each in paid)


def test_the_cascade_is_priced_with_its_chance_to_escalate(shell: Shell) -> None:
    assert certified(shell).code == 0
    asked(shell, HARD, "yes")
    small, cascade, large = (
        next(each for each in explained(shell, HARD)["candidates"] if each["model"] == name)
        for name in ("small", "cascade:c", "large")
    )
    assert cascade["cost_usd"] == pytest.approx(small["cost_usd"] + cascade["escalates"] * large["cost_usd"], rel=1e-3)
    assert 0.3 < cascade["escalates"] < 0.9
    assert (small["because"], cascade["because"]) == ("its expected loss is above the threshold", "chosen")
    assert large["because"] == "the reference: another will do at a lower price"
    assert small["escalates"] is None


def test_a_streamed_reply_shows_nothing_that_was_doubted(shell: Shell) -> None:
    assert certified(shell).code == 0

    async def go() -> str:
        async with ScriptedHost(otherwise=says("I don't know that one.")) as host:
            config = shell.write("shoal.toml", f'{SETTINGS.format(url=host.url)}route = "{shell.home / "route"}"\n')
            said = await asyncio.to_thread(shell, "ask", "--model", "auto", "--config", config, HARD)
            assert "escalated (small: declined)" in said.err
            return said.out

    assert asyncio.run(go()).strip() == "The large one knows."


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ("small,cascade:d", "'cascade:d' is not known: did you mean 'cascade:c'?"),
        ("cascade:other", "see [cascades.NAME]"),
    ],
)
def test_cascades_that_are_not_in_the_settings(shell: Shell, models: str, says: str) -> None:
    config = shell.write("shoal.toml", SETTINGS.format(url="http://127.0.0.1:9/v1"))
    file = str(labels(shell.home))
    said = shell("route", "certify", file, "--reference", "large", "--models", models, "--config", config)
    assert said.code == 3
    assert says in said.err


def test_a_cascade_that_ends_elsewhere_is_not_certified(shell: Shell) -> None:
    config = shell.write("shoal.toml", SETTINGS.format(url="http://127.0.0.1:9/v1"))
    file = str(labels(shell.home))
    said = shell("route", "certify", file, "--reference", "small", "--models", "cascade:c", "--config", config)
    assert said.code == 3
    assert "must have two models, the last of them 'small'" in said.err


def test_a_cascade_by_name_asks_its_last_model_until_it_is_certified(shell: Shell) -> None:
    async def go(more: str) -> Any:
        async with ScriptedHost(otherwise=says("Shoes, within 30 days.")) as host:
            text = SETTINGS.format(url=host.url).replace('checks = ["refusal"]', f'checks = ["refusal"]\n{more}')
            config = shell.write("shoal.toml", text)
            said = await asyncio.to_thread(shell, "ask", "--json", "--model", "cascade:c", "--config", config, EASY)
            assert said.code == 0, said.err
            return said.json()["shoal"]

    bare = asyncio.run(go(""))
    assert bare["model"] == "large"
    assert "no certificate allows the cascade 'c': make one with" in bare["route"]["reason"]
    assert asyncio.run(go("uncertified = true"))["model"] == "small"
    assert certified(shell).code == 0
    assert asyncio.run(go(f'certificate = "{shell.home}/route/certificate.json"'))["model"] == "small"


def test_all_certificates_of_a_folder_are_shown(shell: Shell) -> None:
    """As `shoal rightsize` leaves them, beside its report."""
    assert certified(shell).code == 0
    held = (shell.home / "route" / "certificate.json").read_text()
    for name in ("certificates/one.json", "certificates/two.json"):
        shell.write(f"rightsize/{name}", held)
    shell.write("rightsize/report.json", "{}")
    said = shell("route", "show", str(shell.home / "rightsize"))
    assert said.out.count("cascade:c: small then large (refusal 1)") == 2
    assert "certificates/one.json\n" in said.out
    told = shell("route", "show", str(shell.home / "rightsize"), "--json").json()
    assert [Path(name).name for name in told] == ["one.json", "two.json"]
    shell.write("rightsize/certificates/two.json", "{}")
    assert "this is no certificate of routing" in shell("route", "show", str(shell.home / "rightsize")).err
