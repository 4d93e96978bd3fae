"""`shoal ground`: collections of documents, in this process. It knows how work is shown, not how files are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir, Tenant
from shoal.cli.output import note, plain, say, say_json, table

if TYPE_CHECKING:
    from shoal.grounding import Progress
    from shoal.stores.passages import SqlPassages

MOST_NAMED = 10
app = typer.Typer(no_args_is_help=True, help="Index documents and search them.", rich_markup_mode=None)


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders: Markdown, text, HTML, PDF.")],
    collection: Annotated[str, typer.Option(metavar="NAME", help="The collection; made if need be.")],
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Index files and folders; run again, it takes in only what changed."""
    from shoal import grounding

    with _store(config, data_dir, make=True) as store, _bar() as progress:
        done = grounding.add(store, paths, collection, tenant, progress)
    if as_json:
        say_json(asdict(done))
        return
    for skipped in done.skipped[:MOST_NAMED]:
        note(f"left out {skipped.path}: {skipped.reason}")
    if len(done.skipped) > MOST_NAMED:
        note(f"left out {len(done.skipped) - MOST_NAMED} more (all with --json)")
    say(
        f"{done.collection}: {done.added} added, {done.changed} changed, {done.unchanged} unchanged, "
        f"{done.removed} removed, {len(done.skipped)} left out; {done.passages} passages in {done.seconds:.1f} s"
    )


@app.command("list")
def list_collections(
    collection: Annotated[str | None, typer.Argument(help="List the documents of this collection.")] = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the collections, or the documents of one."""
    from shoal import grounding

    with _store(config, data_dir) as store:
        if collection is not None:
            documents = grounding.documents(store, collection, tenant)
            named = [(each.source, each.kind, each.size, each.path) for each in documents]
            _show(("source", "kind", "bytes", "path"), named, as_json)
        else:
            held = grounding.collections(store, tenant)
            counted = [(each.name, each.documents, each.passages, each.words) for each in held]
            _show(("collection", "documents", "passages", "words"), counted, as_json)


@app.command()
def remove(
    collection: Annotated[str, typer.Argument(help="The collection.")],
    paths: Annotated[list[Path] | None, typer.Argument(help="Only what was added from here.")] = None,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove a collection, or what was added to it from some paths. The files themselves stay."""
    from shoal import grounding

    with _store(config, data_dir) as store:
        gone = grounding.remove(store, collection, tenant, paths or ())
    if as_json:
        say_json(asdict(gone))
    else:
        say(f"{gone.collection}: {gone.documents} documents removed" + (", and the collection" if gone.whole else ""))


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help="What to look for.")],
    collection: Annotated[list[str], typer.Option(metavar="NAME", help="Where to look (may be repeated).")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most passages to show.")] = 5,
    tenant: Tenant = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a query, best first."""
    from shoal.grounding import LexicalRetriever

    with _store(config, data_dir) as store:
        found = LexicalRetriever(store).search(" ".join(query), collection, tenant, limit)
    if as_json:
        say_json([asdict(passage) for passage in found])
        return
    for passage in found:
        say(f"{passage.score:.2f}  {passage.source}, {passage.title}\n{passage.text}\n")
    if not found:
        note("no passage holds a word of this query: try others, or another collection (shoal ground list)")


@contextmanager
def _store(config: Path | None, data_dir: Path | None, *, make: bool = False) -> Iterator[SqlPassages]:
    """The passages; where nothing is there they are made to add to, never to read."""
    from shoal.cli.house import database, settings_of
    from shoal.grounding import ensure_docs
    from shoal.stores.passages import SqlPassages

    with database(settings_of(config, data_dir).settings, make=make) as opened:
        store = SqlPassages(opened)
        ensure_docs(store)
        yield store


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None] | None]:
    """A progress bar on standard error while people watch."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(
            task, completed=step.done, total=step.total, description=plain(Path(step.path).name)
        )


def _show(columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], as_json: bool) -> None:
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        table(columns, rows)
