"""The demo's figures and tables, from messages, answers and verdicts alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from bench.load import quantile
from demo.messages import KINDS, Message
from demo.verdict import Answer, is_right

Row = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Result:
    """One message and what became of it."""

    message: Message
    answer: Answer

    @property
    def right(self) -> bool:
        return is_right(self.message, self.answer)


def row(name: str, results: list[Result]) -> Row:
    """Counts and latency (ms) of some results; `wrong` are those that somebody answered wrongly."""
    times = [result.answer.latency_s * 1000 for result in results]
    abstained = sum(result.answer.abstained for result in results)
    return {
        "name": name,
        "messages": len(results),
        "right": sum(result.right for result in results),
        "wrong": sum(not result.right and not result.answer.abstained for result in results),
        "abstained": abstained,
        "by_specialist": sum(result.answer.by_specialist for result in results),
        "p50_ms": quantile(times, 0.5),
        "p99_ms": quantile(times, 0.99),
    }


def figures(results: list[Result], cpu_s: float | None) -> dict[str, object]:
    """All that the tables show, and every message's outcome. `cpu_s` is the gateway's CPU time over the run."""
    models = Counter(result.answer.model or result.answer.error for result in results)
    whole = row("all", results)
    return {
        "kinds": [row(kind, [one for one in results if one.message.kind == kind]) for kind in KINDS],
        "all": whole,
        "models": [
            row(name, [one for one in results if (one.answer.model or one.answer.error) == name])
            for name, _ in models.most_common()
        ],
        "share_without_large_model": float(whole["by_specialist"]) / len(results),
        "share_without_large_model_and_right": sum(one.right and one.answer.by_specialist for one in results)
        / len(results),
        "cpu_ms_per_request": None if cpu_s is None else cpu_s / len(results) * 1000,
        "messages": [
            {"id": one.message.id, "label": one.message.label, "right": one.right, **asdict(one.answer)}
            for one in results
        ],
    }


def show(found: dict[str, object], console: Console) -> None:
    """Prints the tables."""
    console.print(_table("Who answered", "model", found["models"]))
    console.print(_table("How well", "kind of message", [*_rows(found["kinds"]), found["all"]]))
    cpu = found["cpu_ms_per_request"]
    console.print(
        f"answered by an embedded specialist, without a large model: {found['share_without_large_model']:.1%} of all "
        f"messages, {found['share_without_large_model_and_right']:.1%} of all and right\n"
        f"CPU of the gateway per request: {'not known' if cpu is None else f'{cpu:.1f} ms'}",
        highlight=False,
    )
    console.print(
        "Right: triage the label, out of scope no intent, docs a key phrase with a source, summary a key phrase in the "
        'length, large no specialist. "no answer" is what Shoal leaves to a larger model.',
        style="dim",
        highlight=False,
    )


def _rows(value: object) -> list[Row]:
    assert isinstance(value, list)
    return value


def _table(title: str, first: str, rows: object) -> Table:
    table = Table(title=title)
    table.add_column(first, no_wrap=True)
    for name in ("messages", "right", "accuracy", "wrong", "no answer", "p50 ms", "p99 ms"):
        table.add_column(name, justify="right")
    for one in _rows(rows):
        share = float(one["right"]) / max(1.0, float(one["messages"]))
        cells = [one["messages"], one["right"], f"{share:.1%}", one["wrong"], one["abstained"]]
        table.add_row(str(one["name"]), *map(str, cells), f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}")
    return table
