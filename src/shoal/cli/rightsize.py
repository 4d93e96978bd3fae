"""`shoal rightsize`: tries models on the user's own tasks and says which a small one can take over. It knows how the
parts come together; what is found out is in `routing/rightsize/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say_json

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.config import Settings
    from shoal.identity import Key
    from shoal.routing.certify import Aim
    from shoal.routing.rightsize.judges import Judge
    from shoal.routing.rightsize.report import Report
    from shoal.routing.rightsize.running import Ended
    from shoal.routing.rightsize.table import Table
    from shoal.routing.rightsize.tasks import Tasks

RESULTS = "results.jsonl"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    tasks: Path
    models: tuple[str, ...]
    judge: str
    reference: str | None
    out: Path
    aim: Aim
    budget_usd: float | None
    concurrency: int
    labels: Path | None
    allow_exec: bool
    errors_are_wrong: bool
    keep_answers: bool


def rightsize(
    tasks: Annotated[Path, typer.Argument(metavar="TASKS", help="JSON Lines with 'prompt' and 'answer'.")],
    models: Annotated[str, typer.Option(metavar="A,B,auto", help="The models to try.")],
    judge: Annotated[str, typer.Option(help="exact, f1, regex, schema, tests or rubric:MODEL.")],
    reference: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="The large model; else auto.reference, else the last of --models."),
    ] = None,
    alpha: Annotated[float, typer.Option(help="The largest share of answers that may be worse.")] = 0.05,
    delta: Annotated[float, typer.Option(help="The chance that any certificate is wrong.")] = 0.1,
    tolerance: Annotated[float, typer.Option(min=0, max=1, help="A score lower by so much is no loss.")] = 0.0,
    budget_usd: Annotated[float | None, typer.Option(metavar="USD", min=0, help="What this run may spend.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="How many answers at once.")] = 4,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and reports go.")] = Path("rightsize"),
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write labels for 'shoal route certify', with the prompts.")
    ] = None,
    allow_exec: Annotated[bool, typer.Option("--allow-exec", help="Let the judge 'tests' run models' code.")] = False,
    errors_are_wrong: Annotated[
        bool, typer.Option("--errors-are-wrong", help="Score a failed try as 0 instead of leaving it out.")
    ] = False,
    keep_answers: Annotated[bool, typer.Option("--keep-answers", help="Keep the answers in the results.")] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Try models on your own tasks, and say which of them need no large model.

    Every answer goes through this house: masked, metered, within limits. The same command goes on where it was
    interrupted; what has a score is not asked again.
    """
    from shoal.cli.house import settings_of
    from shoal.cli.logs import to_stderr
    from shoal.cli.rightsize_files import write
    from shoal.cli.rightsize_show import show, wire
    from shoal.routing.certify import Aim

    names = tuple(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    aim = Aim(alpha, delta, tolerance)
    wish = Wish(
        *(tasks, names, judge, reference, out, aim, budget_usd, concurrency),
        *(labels, allow_exec, errors_are_wrong, keep_answers),
    )
    settings = settings_of(config, data_dir).settings
    to_stderr("error")
    try:
        import asyncio

        found, ended, given = asyncio.run(_rightsize(settings, wish))
    except KeyboardInterrupt:
        note(f"interrupted: what was answered is in {out / RESULTS}; the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    told = wire(found, ended)
    write(out, found, told, given, settings)
    if as_json:
        say_json(told)
    else:
        show(found, ended)
        note(f"written to {out}: report.html, report.json, shoal.toml")


async def _rightsize(settings: Settings, wish: Wish) -> tuple[Report, Ended, frozenset[str]]:
    """The findings, how the run ended, and the families that the user named."""
    from shoal.cli.house import assembly, own_key
    from shoal.routing.rightsize.report import fewest
    from shoal.routing.rightsize.tasks import read_tasks

    read = read_tasks(wish.tasks)
    if read.copies:
        note(copied(read.copies))
    least = fewest(wish.aim.alpha, wish.aim.delta)
    if len(read) < least:
        note(f"{len(read)} tasks are too few: {least} are the fewest that can certify anything; nothing will be")
    async with assembly(settings) as opened:
        key = own_key(opened)
        reference = reference_of(settings, wish)
        _check_models(opened, key, wish.models)
        table, judge, ended, composites = await _tried(opened, key, wish, read)
    import asyncio

    found = await asyncio.to_thread(_report, table, read, reference, judge, wish.aim, composites)
    return found, ended, frozenset(task.family for task in read.all if task.family is not None)


def reference_of(settings: Settings, wish: Wish) -> str:
    """The large model: as named, else auto.reference where it is tried, else the last that is not `auto`. Raises a
    usage error where there is none to compare with."""
    named = wish.reference or settings.auto.reference
    leaves = [name for name in wish.models if name != "auto"]
    if wish.reference is not None and wish.reference not in wish.models:
        raise typer.BadParameter(f"the reference '{wish.reference}' must be one of --models too")
    if len(wish.models) < 2 or not leaves:
        raise typer.BadParameter("name at least two models, a small and a large one: --models small,large")
    return named if named is not None and named in wish.models else leaves[-1]


def _check_models(opened: Assembly, key: Key, models: Sequence[str]) -> None:
    """Raises UnknownModel that names the nearest, PermissionDenied."""
    for name in models:
        opened.registry.find(name)
        key.admit_model(name)


async def _tried(opened: Assembly, key: Key, wish: Wish, read: Tasks) -> tuple[Table, str, Ended, list[str]]:
    from shoal.cli.rightsize_house import InHouse
    from shoal.routing.rightsize.choosing import judge_of
    from shoal.routing.rightsize.families import families
    from shoal.routing.rightsize.results import Results
    from shoal.routing.rightsize.running import Run
    from shoal.routing.rightsize.sandbox import CodeTests
    from shoal.routing.rightsize.table import table_of

    house = InHouse(opened, key)
    judge = judge_of(wish.judge, house, allow_exec=wish.allow_exec)
    _check_judge(opened, key, judge, wish, read)
    import asyncio

    names = await asyncio.to_thread(families, read.all)
    results = Results.open(wish.out / RESULTS, read.digest, judge.name)
    try:
        if heard := results.take(read.all, wish.models):
            note(f"{heard} scores are those of the file, not of the judge: they are compared as if they were alike")
        with _progress() as told:
            run = Run(
                read.all,
                wish.models,
                judge,
                house,
                results,
                budget_usd=wish.budget_usd,
                concurrency=wish.concurrency,
                keep_answers=wish.keep_answers,
                told=told,
            )
            ended = await run.run()
    finally:
        results.close()
    if isinstance(judge, CodeTests) and judge.alone is False:
        note("the kernel gave the tests no network of their own: sockets were blocked in Python alone")
    if wish.labels is not None:
        from shoal.cli.rightsize_labels import write_labels

        write_labels(wish.labels, read.all, wish.models, results.done)
    ids = [task.id for task in read.all]
    table = table_of(ids, names, wish.models, results.done, errors_are_wrong=wish.errors_are_wrong)
    composites = [name for name in wish.models if opened.registry.find(name)[0].card.kind == "composite"]
    return table, judge.name, ended, composites


def _check_judge(opened: Assembly, key: Key, judge: Judge, wish: Wish, read: Tasks) -> None:
    """Before any money is spent: every task has what the judge needs, and the judging model exists."""
    kind, _, model = judge.name.partition(":")
    if kind == "rubric":
        _check_models(opened, key, [model])
        if model in wish.models:
            note(f"'{model}' judges its own answers too: models favour themselves, so name another judge if you can")
    for task in read.all:
        judge.check(task)


def _report(table: Table, read: Tasks, reference: str, judge: str, aim: Aim, composites: Sequence[str]) -> Report:
    from shoal.routing.features import ask_of
    from shoal.routing.groups import groups_of
    from shoal.routing.rightsize.report import report

    chats = [task.chat for task in read.all]
    groups = [task.groups if task.groups is not None else groups_of(task.chat) for task in read.all]
    found = report(table, [ask_of(chat) for chat in chats], groups, reference, judge, read.digest, aim, composites)
    return replace(found, notes=[*found.notes, copied(read.copies)]) if read.copies else found


def copied(count: int) -> str:
    """What is said of tasks that are left out."""
    return f"{count} tasks ask, word for word, what another asks: they are left out, whatever their ids, and count once"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("answers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("answers", total=None)
        yield lambda ended, of: progress.update(bar, completed=ended, total=of)
