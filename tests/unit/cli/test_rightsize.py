"""`shoal rightsize`: the recommendation and its certificate, and what goes wrong, against a scripted large model."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.config import load
from shoal.routing.labels import read_labels
from shoal.testing import Received, ScriptedHost, Step, Wire, answers, fails, reply_wire, response
from tests.unit.cli.conftest import Said, Shell

SMALL = "shoal/triage-banking"
ASKS = {
    "My card still has not arrived": "card_arrival",
    "How do I activate my new card?": "activate_my_card",
    "What is the exchange rate today": "exchange_rate",
    "I want to change my PIN": "change_pin",
}
SETTINGS = """
[trust.masking]
mode = "observe"
[hosts.local]
dialect = "openai"
base_url = "{url}"
retries = 0
[models.large]
host = "local"
params_b = 70
price = {{ input = 1, output = 4 }}
[models.unpriced]
host = "local"
"""


def task(at: int, **more: Any) -> dict[str, Any]:
    """A task that the small model knows, except every tenth, of which it knows nothing."""
    texts = [*ASKS]
    if at % 10 == 9:
        return {"id": f"t{at}", "prompt": f"Write a poem about the sea, verse {at}", "answer": "the sea", **more}
    text = texts[at % len(texts)]
    return {"id": f"t{at}", "prompt": f"{text}, case {at}", "answer": ASKS[text], **more}


def knowing(tasks: list[dict[str, Any]]) -> Step:
    """A host that knows every answer."""
    known = {each["prompt"]: each["answer"] for each in tasks}

    async def step(received: Received, wire: Wire) -> None:
        said = known[received.json["messages"][-1]["content"]]
        wire.send(response(orjson.dumps(reply_wire("openai", said))))

    return step


def lines(tasks: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in tasks)


def try_out(shell: Shell, tasks: list[dict[str, Any]], *words: str, step: Step | None = None) -> tuple[Said, int]:
    """What it says, and how many requests the host got."""

    async def go() -> tuple[Said, int]:
        async with ScriptedHost(otherwise=step or knowing(tasks)) as host:
            shell.write("shoal.toml", SETTINGS.format(url=host.url))
            shell.write("tasks.jsonl", lines(tasks))
            given = words if "--judge" in words else (*words, "--judge", "exact")
            models = () if "--models" in words else ("--models", f"{SMALL},large")
            said = await asyncio.to_thread(shell, "rightsize", "tasks.jsonl", *models, *given)
            return said, len(host.requests)

    return asyncio.run(go())


MANY = [task(at, family="billing") for at in range(120)]


def test_the_recommendation_and_its_certificate(shell: Shell) -> None:
    said, _ = try_out(shell, MANY)
    assert said.code == 0, said.err
    first = said.out.splitlines()[0]
    assert first.startswith(f"billing: `{SMALL}` suffices for 9")
    assert "%; escalate the rest; saves 9" in first
    assert "at most 5.0% of answers worse, with 90% confidence" in said.out
    told = json.loads((shell.home / "rightsize/report.json").read_text())
    (family,) = told["families"]
    chosen = family["chosen"]
    assert 0.9 <= chosen["share"] < 0.95
    # Of the poems so many are taken for messages of a bank; each is worse than what the large model says.
    assert chosen["losses"] == round(chosen["share"] * 120 - 108)
    assert chosen["quality_together"]["mean"] == pytest.approx(1 - chosen["losses"] / 120)
    assert family["models"][1]["cost_usd"]["expected"] == pytest.approx(7e-6 + 8e-6)
    assert told["certificates"][SMALL]["segments"]["billing"]["n"] == 120


def test_the_fragment_loads_and_the_page_loads_nothing(shell: Shell) -> None:
    try_out(shell, MANY)
    folder = shell.home / "rightsize"
    fragment = (folder / "shoal.toml").read_text()
    cascade = tomllib.loads(fragment)["cascades"]["billing"]
    assert cascade["models"] == [SMALL, "large"]
    assert cascade["checks"] == ["confidence"]
    whole = Path(shell.write("whole.toml", (shell.home / "shoal.toml").read_text() + fragment))
    assert load(whole).settings.cascades["billing"].least_confidence == cascade["least_confidence"]
    page = (folder / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "http-equiv" in page
    assert "src=" not in page
    assert "<svg" in page
    assert "My card still" not in page + fragment + (folder / "report.json").read_text()


def test_the_cascade_that_is_recommended_works(shell: Shell) -> None:
    try_out(shell, MANY)

    async def ask(words: str) -> Any:
        async with ScriptedHost(otherwise=answers("from the large one")) as host:
            fragment = (shell.home / "rightsize/shoal.toml").read_text()
            shell.write("shoal.toml", SETTINGS.format(url=host.url) + fragment)
            return (await asyncio.to_thread(shell, "ask", "--json", "--model", "cascade:billing", words)).json()

    assert asyncio.run(ask("I want to change my PIN"))["shoal"]["model"] == SMALL
    assert asyncio.run(ask("Write a poem about the sea"))["shoal"]["model"] == "large"


def test_what_has_a_score_is_not_asked_again(shell: Shell) -> None:
    _, first = try_out(shell, MANY)
    said, second = try_out(shell, MANY, "--json")
    assert (first, second) == (120, 0)
    assert said.json()["run"] == {
        **{"made": 0, "before": 240, "missing": 0, "spent_usd": 0.0, "stopped": None, "given_up": {}}
    }


def test_results_hold_no_answer_unless_asked_to(shell: Shell) -> None:
    try_out(shell, MANY[:50])
    assert "card_arrival" not in (shell.home / "rightsize/results.jsonl").read_text()
    try_out(shell, MANY[:50], "--keep-answers", "--out", "kept")
    assert "card_arrival" in (shell.home / "kept/results.jsonl").read_text()


def test_other_tasks_and_other_judges_need_another_folder(shell: Shell) -> None:
    try_out(shell, MANY[:50])
    said, asked = try_out(shell, MANY[:49])
    assert said.code == 3
    assert "holds results of other tasks (their digest is" in said.err
    said, more = try_out(shell, MANY[:50], "--judge", "f1")
    assert "was judged by 'exact', not 'f1'" in said.err
    assert (asked, more) == (0, 0)


def test_a_budget_stops_cleanly_and_says_what_is_missing(shell: Shell) -> None:
    said, asked = try_out(shell, MANY, "--budget-usd", "0.0003", "--json")
    run = said.json()["run"]
    assert run["stopped"] == "the budget of 0.0003 USD has no room for another try of 'large'"
    assert run["spent_usd"] <= 0.0003
    assert asked == 20
    assert run["missing"] == 240 - run["made"]
    said, _ = try_out(shell, MANY)
    assert said.code == 0
    assert "answers are missing" not in said.err


def test_no_budget_without_a_price(shell: Shell) -> None:
    said, _ = try_out(shell, MANY[:60], "--models", f"{SMALL},unpriced", "--budget-usd", "1", "--concurrency", "1")
    assert "what 'unpriced' costs is not known, so no budget can hold: set its price in shoal.toml" in said.err


def test_ten_tasks_are_too_few(shell: Shell) -> None:
    said, _ = try_out(shell, MANY[:10])
    assert "10 tasks are too few: 45 are the fewest" in said.err
    assert "billing: keep `large`, the large model: no evidence (10 tasks, 45 are the fewest" in said.out


def test_copies_are_asked_and_counted_once(shell: Shell) -> None:
    tasks = [task(at) for at in range(10)]
    said, asked = try_out(shell, [*tasks, *({**each, "id": f"copy-{each['id']}"} for each in tasks)])
    assert said.code == 0
    assert "10 tasks ask, word for word, what another asks" in said.err
    report = json.loads((shell.home / "rightsize/report.json").read_text())
    assert max(each["tasks"] for each in report["families"]) == 10
    assert any("count once" in each for each in report["notes"])
    assert asked == try_out(shell, [{**each, "id": f"again-{each['id']}"} for each in tasks], "--out", "again")[1]


def test_a_host_that_fails_half_of_the_time(shell: Shell) -> None:
    dice = random.Random(3)
    good, bad = knowing(MANY), fails(503)

    async def step(received: Received, wire: Wire) -> None:
        await (good if dice.random() < 0.5 else bad)(received, wire)

    said, _ = try_out(shell, MANY, "--json", step=step)
    large = next(each for each in said.json()["families"][0]["models"] if each["model"] == "large")
    assert large["quality"]["mean"] == 1.0
    assert large["failed"] + large["quality"]["n"] == 120
    assert 35 < large["failed"] < 85
    said, _ = try_out(shell, MANY, "--json", "--errors-are-wrong", "--out", "wrong", step=step)
    large = next(each for each in said.json()["families"][0]["models"] if each["model"] == "large")
    assert large["quality"]["mean"] == pytest.approx(1 - large["failed"] / 120)


def test_a_host_that_always_fails_is_given_up(shell: Shell) -> None:
    said, asked = try_out(shell, MANY, step=fails(503))
    assert "'large' was given up after many failures in a row (host_failed)" in said.err
    assert asked <= 24
    assert "keep `large`" in said.out


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (("--models", "shoal/triage-bankin,large"), 4, "did you mean 'shoal/triage-banking'?"),
        (("--judge", "exac"), 3, "did you mean 'exact'?"),
        (("--judge", "tests"), 3, "add --allow-exec"),
        (("--judge", "rubric:larg"), 4, "did you mean 'large'?"),
        (("--models", "large"), 2, "at least two models"),
        (("--reference", "auto"), 2, "must be one of --models too"),
        (("--alpha", "1.5"), 3, "alpha and delta must lie between 0 and 1"),
    ],
)
def test_a_slip_is_named_with_its_fix_before_anything_is_asked(
    shell: Shell, words: tuple[str, ...], code: int, fix: str
) -> None:
    said, asked = try_out(shell, MANY[:5], *words)
    assert (said.code, asked) == (code, 0)
    assert fix in " ".join(said.err.split())


def test_a_judge_is_metered_apart_from_answers(shell: Shell) -> None:
    async def step(received: Received, wire: Wire) -> None:
        said = '{"score": 0.5}' if "grade" in received.json["messages"][0]["content"] else "an answer"
        wire.send(response(orjson.dumps(reply_wire("openai", said))))

    said, asked = try_out(shell, MANY[:60], "--judge", "rubric:large", "--json", step=step)
    told = said.json()
    assert asked == 60 + 120
    assert told["judging"]["cost_usd"]["expected"] == pytest.approx(120 * 15e-6)
    assert told["taken"]["cost_usd"]["expected"] == pytest.approx(60 * 15e-6)
    assert "'large' judges its own answers too" in said.err
    from shoal.call import Purpose
    from shoal.stores.database import Database

    with Database(shell.data).engine.connect() as connection:
        rows = connection.exec_driver_sql("select count(*) from attempts where purpose = ?", (Purpose.JUDGE.value,))
        assert rows.scalar_one() == 120


def test_answers_of_a_megabyte(shell: Shell) -> None:
    said, _ = try_out(shell, MANY[:6], "--judge", "f1", "--json", step=answers("word " * 200_000))
    large = next(each for each in said.json()["families"][0]["models"] if each["model"] == "large")
    assert large["quality"]["mean"] == 0.0


def test_a_learned_route_for_models_without_confidence(shell: Shell) -> None:
    asks = ("Prove that this series converges", "What are the opening hours")
    tasks = [{"prompt": f"{asks[at % 2]}, case {at}?", "answer": "right"} for at in range(300)]

    async def step(received: Received, wire: Wire) -> None:
        knows = received.json["model"] == "large" or "hours" in received.json["messages"][-1]["content"]
        wire.send(response(orjson.dumps(reply_wire("openai", "right" if knows else "wrong"))))

    more = SETTINGS + "[models.little]\nhost = 'local'\nparams_b = 1\nprice = {{ input = 0.01, output = 0.04 }}\n"

    async def go() -> Said:
        async with ScriptedHost(otherwise=step) as host:
            shell.write("shoal.toml", more.format(url=host.url))
            shell.write("tasks.jsonl", lines(tasks))
            words = ("--models", "little,large", "--judge", "exact", "--labels", "labels.jsonl")
            return await asyncio.to_thread(shell, "rightsize", "tasks.jsonl", *words)

    said = asyncio.run(go())
    assert said.code == 0, said.err
    assert "all tasks: `little` suffices for" in said.out
    assert "(through `auto` with the learned route)" in said.out
    added = (shell.home / "rightsize/shoal.toml").read_text()
    fragment = tomllib.loads(added)
    assert fragment["auto"]["reference"] == "large"
    assert shell("route", "show", fragment["routing"]["route"]).code == 0
    shell.write("shoal.toml", (shell.home / "shoal.toml").read_text() + added)
    assert shell("config", "check").code == 0
    words = ("--models", "little,large", "--judge", "exact")
    # Tables that are there cannot be opened twice: the same command again names what belongs there.
    assert shell("rightsize", "tasks.jsonl", *words).code == 0
    again = (shell.home / "rightsize/shoal.toml").read_text()
    assert tomllib.loads(again).keys() <= {"cascades"}
    assert "# [auto] of your settings says already: reference" in again
    assert "# [routing] of your settings says already: route" in again
    assert shell("route", "certify", "labels.jsonl", "--models", "little", "--reference", "large").code == 0


def test_code_is_run_with_leave_and_judged_by_its_tests(shell: Shell) -> None:
    tasks = [
        {"prompt": f"Write double, try {at}.", "answer": "", "tests": "assert double(2) == 4", "family": "code"}
        for at in range(4)
    ]
    words = ("--models", f"{SMALL},large", "--judge", "tests", "--allow-exec", "--json")
    said, _ = try_out(shell, tasks, *words, step=answers("```python\ndef double(x):\n    return 2 * x\n```"))
    small, large = said.json()["families"][0]["models"]
    assert (small["quality"]["mean"], large["quality"]["mean"]) == (0.0, 1.0)


def test_labels_from_feedback_are_tasks_and_their_missing_scores_are_filled_in(shell: Shell) -> None:
    """Each line has the score of one model; the other is asked, and what comes out certifies a route."""
    heard = []
    for at, each in enumerate(MANY):
        name = SMALL if at % 2 else "large"
        label = {"messages": [{"role": "user", "content": each["prompt"]}], "groups": {"tag": "topic=bank"}}
        scored = {"scores": {name: float(at % 20 != 19)}, "tokens": {name: 12}, "model": name, "propensity": 0.95}
        heard.append({"id": f"ex_{at}", **label, **scored, "answer": each["answer"]})

    async def step(received: Received, wire: Wire) -> None:
        wire.send(response(orjson.dumps(reply_wire("openai", "the sea"))))

    said, asked = try_out(shell, heard, "--labels", "whole.jsonl", step=step)
    assert said.code == 0, said.err
    assert asked == 60
    assert "120 scores are those of the file" in said.err
    whole = read_labels(shell.home / "whole.jsonl")
    assert whole.models == ("large", SMALL)
    assert len(whole.complete()) == 120
    assert whole.groups[0] == {"tag": "topic=bank"}
    told = {each["id"]: each["scores"] for each in heard}
    for at in range(120):
        name = SMALL if at % 2 else "large"
        assert whole.scores[at, whole.models.index(name)] == told[f"ex_{at}"][name]


def test_a_run_that_was_killed_goes_on(shell: Shell) -> None:
    """SIGKILL in the middle: what was answered stays, and at most what was under way is asked again."""
    words = ["rightsize", "tasks.jsonl", "--models", f"{SMALL},large", "--judge", "exact", "--concurrency", "2"]
    results = shell.home / "rightsize" / "results.jsonl"
    answer = knowing(MANY)
    gate = asyncio.Event()

    async def go() -> tuple[int, int]:
        count = 0

        async def step(received: Received, wire: Wire) -> None:
            nonlocal count
            count += 1
            if count > 20:
                await gate.wait()
            await answer(received, wire)

        async with ScriptedHost(otherwise=step) as host:
            shell.write("shoal.toml", SETTINGS.format(url=host.url))
            shell.write("tasks.jsonl", lines(MANY))
            code = "import sys; from shoal.cli import run; sys.exit(run(sys.argv[1:]))"
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, *words, stderr=asyncio.subprocess.DEVNULL
            )
            await host.until(lambda: len(host.requests) > 20, 60)
            process.kill()
            await process.wait()
            left = len(results.read_text(encoding="utf-8").splitlines()) - 1
            gate.set()
            said = await asyncio.to_thread(shell, *words)
            assert said.code == 0, said.err
            return left, len(host.requests)

    left, asked = asyncio.run(go())
    assert 20 <= left < 240
    assert 120 <= asked <= 122
    assert len(results.read_text(encoding="utf-8").splitlines()) == 241
