"""Prints what `shoal rightsize` finds on Banking77: `python bench/rightsize.py --data PATH`.

Data: the official test split of Banking77 (3,080 messages), which the specialist was not trained on; with `--outside N`
as many messages of CLINC150 that are no business of a bank, to see where it fails. The large model is scripted: a host
in this process that answers from a table and is right on the share `--right` of the messages, chosen by chance. Its
tokens are counted as characters / 4, and its price and size are made up, so what it saves is an example; the quality of
the small model is real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from shoal.cli import run
from shoal.testing import Received, ScriptedHost, Step, Wire, reply_wire, response
from shoal.tuning.triage import Example, read_banking, read_clinc

SMALL, LARGE = "shoal/triage-banking", "large"
INSTRUCTION = "Classify the message by its intent and reply with the label only. The labels are: {labels}"
SETTINGS = """
# The scripted host knows messages by their words, so they must reach it unmasked.
[trust.masking]
mode = "observe"

[hosts.scripted]
dialect = "openai"
base_url = "{url}"

[models.large]
host = "scripted"
params_b = 70
price = {{ input = 2.5, output = 10 }}
"""
# Intents of CLINC150 that a bank could be asked.
BANKING = (
    *("account_blocked", "application_status", "apr", "balance", "bill_balance", "bill_due", "card_declined"),
    *("credit_limit", "credit_limit_change", "credit_score", "damaged_card", "direct_deposit", "exchange_rate"),
    *("expiration_date", "freeze_account", "improve_credit_score", "income", "insurance", "insurance_change"),
    *("interest_rate", "international_fees", "international_visa", "min_payment", "new_card", "order_checks"),
    *("pay_bill", "pin_change", "redeem_rewards", "replacement_card_duration", "report_fraud", "report_lost_card"),
    *("rewards_balance", "rollover_401k", "routing", "spending_history", "taxes", "transactions", "transfer"),
    *("travel_notification", "w2"),
)


def lines(examples: Sequence[Example], family: str) -> Iterator[str]:
    """The tasks of a family."""
    labels = ", ".join(sorted({label for _, label in examples}))
    for at, (text, label) in enumerate(examples):
        messages = [
            {"role": "system", "content": INSTRUCTION.format(labels=labels)},
            {"role": "user", "content": text},
        ]
        yield json.dumps({"id": f"{family}-{at}", "messages": messages, "answer": label, "family": family})


def answers(examples: Sequence[Example], right: float, dice: random.Random) -> dict[str, str]:
    """What the large model says to each message: the label, or by chance another one."""
    labels = sorted({label for _, label in examples})
    return {text: label if dice.random() < right else dice.choice(labels) for text, label in examples}


def answering(known: Mapping[str, str]) -> Step:
    """A host that answers from a table, and counts tokens as characters / 4."""

    async def step(received: Received, wire: Wire) -> None:
        text = received.json["messages"][-1]["content"]
        said = known.get(text, "unknown")
        prompt, output = len(received.body) // 4, max(1, len(said) // 4)
        usage = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
        wire.send(response(orjson.dumps({**reply_wire("openai", said), "usage": usage})))

    return step


@contextmanager
def serving(step: Step) -> Iterator[str]:
    """A scripted host in a thread of its own; its URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    host = ScriptedHost(otherwise=step)
    try:
        asyncio.run_coroutine_threadsafe(host.__aenter__(), loop).result()
        yield host.url
        asyncio.run_coroutine_threadsafe(host.__aexit__(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def main() -> None:
    """Runs `shoal rightsize` in an empty house."""
    parser = argparse.ArgumentParser(description="Right-sizing on Banking77 with a scripted large model.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--right", type=float, default=0.95, help="share of messages that the large model gets right")
    parser.add_argument("--outside", type=int, default=600, help="so many messages of other subjects")
    parser.add_argument("--out", type=Path, help="keep the reports in this folder")
    parser.add_argument("options", nargs="*", help="further options of shoal rightsize, after --")
    chosen = parser.parse_args()
    dice = random.Random(7)
    banking = read_banking(chosen.data, "test")
    foreign = [each for each in read_clinc(chosen.data)["test"] if each[1] not in BANKING]
    outside = dice.sample(foreign, min(chosen.outside, len(foreign)))
    known = answers(banking, chosen.right, dice) | answers(outside, chosen.right, dice) if outside else {}
    known = known or answers(banking, chosen.right, dice)
    with tempfile.TemporaryDirectory() as folder, serving(answering(known)) as url:
        home = Path(folder)
        tasks = [*lines(banking, "banking"), *(lines(outside, "other subjects") if outside else ())]
        (home / "tasks.jsonl").write_text("\n".join(tasks) + "\n", encoding="utf-8")
        (home / "shoal.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
        where = ["--config", str(home / "shoal.toml"), "--data-dir", str(home / "data")]
        out = ["--out", str(chosen.out or home / "out")]
        trial = ["--models", f"{SMALL},{LARGE}", "--judge", "exact", "--reference", LARGE, "--concurrency", "8"]
        raise SystemExit(run(["rightsize", str(home / "tasks.jsonl"), *trial, *where, *out, *chosen.options]))


if __name__ == "__main__":
    main()
