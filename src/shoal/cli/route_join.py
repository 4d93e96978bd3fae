"""`shoal route join`: one more model for a route that is there, known from some hundreds of its scores. It chooses
nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson
from shoal.cli.output import note, say, say_json
from shoal.errors import ConfigError

if TYPE_CHECKING:
    from shoal.routing.certificate import Certificate
    from shoal.routing.certify import Finding
    from shoal.routing.labels import Labels
    from shoal.routing.route import Route


def join(
    folder: Annotated[Path, typer.Argument(metavar="ROUTE", help="The route that the model joins.")],
    file: Annotated[Path, typer.Argument(metavar="ANCHORS", help="200 to 500 labels with the model's score.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="The model that joins.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the new route is written.")],
    labels: Annotated[
        Path | None,
        typer.Option("--certify", metavar="LABELS", help="Labels of all models, learned from by none, that certify."),
    ] = None,
    days: Annotated[float, typer.Option(min=1, max=3650, help="How long a new certificate is valid.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Let one more model join a route, from some hundreds of its scores, without learning the others anew.

    It is not chosen until it is certified: with --certify all smaller models are, on labels that neither the route nor
    the anchors hold, with the alpha, delta and tolerance of the route. Without it the old certificate goes on to hold
    for the others.
    """
    from shoal.routing.features import AskFeatures
    from shoal.routing.labels import check_copies, labels_of, read_rows
    from shoal.routing.route import Route

    route, rows = Route.load(folder), read_rows(file)
    _check_out(folder, out)
    check_copies(rows)
    anchors = labels_of(rows)
    joined = Route(route.value.joined(model, anchors, AskFeatures()), route.certificate)
    if labels is None:
        certificate, finding = joined.save(out), None
    else:
        held = read_rows(labels)
        check_copies(held)
        made, finding = certified(joined, model, fresh(labels_of(held), anchors, route), days)
        certificate = made.save(out)
    if as_json:
        told = None if finding is None else asdict(finding)
        say_json({"certificate": json.loads(certificate.to_json()), "finding": told, "route": str(out)})
        return
    _show(model, anchors, certificate, finding)
    note(f"written to {out}")


def fresh(held: Labels, anchors: Labels, route: Route) -> Labels:
    """The labels that are no anchors. Raises ConfigError where the route was made of them."""
    import numpy as np

    certificate = route.certificate
    if held.of([*certificate.models, certificate.reference]).complete().digest() == certificate.data:
        raise ConfigError("the route was made of these labels: certify on others, which it was not learned from")
    taught = set(anchors.asks)
    rows = np.flatnonzero([ask not in taught for ask in held.asks])
    if len(rows) < len(held):
        note(f"{len(held) - len(rows)} labels ask what an anchor asks: they do not certify")
    return held.taken(rows)


def certified(route: Route, model: str, held: Labels, days: float) -> tuple[Route, Finding]:
    """The route with that model among the smaller ones, certified on those labels. Raises ConfigError."""
    from shoal.routing.certify import Aim, certify_value

    old = route.certificate
    aim = Aim(old.alpha, old.delta, old.tolerance, old.level, days)
    return certify_value(route.value, held, old.reference, [*old.models, model], aim, old.cascades)


def _check_out(folder: Path, out: Path) -> None:
    if out.resolve() == folder.resolve():
        raise ConfigError("the route in use is not written over: name another --out, and compare both")


def _show(model: str, anchors: Labels, certificate: Certificate, finding: Finding | None) -> None:
    from shoal.cli.route import show_certificate

    if finding is not None:
        say(finding.recommendation)
        say("")
        show_certificate(certificate, finding)
        return
    say(f"'{model}' has joined from {len(anchors)} anchors, and is not chosen: nothing is certified of it.")
    say("Certify it with --certify and labels that hold a score of every model. For the others all is as it was:")
    say("")
    show_certificate(certificate)
