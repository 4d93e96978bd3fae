"""`shoal route`: certify a route on labels, show what one allows, explain a choice. It learns and chooses nothing
itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table
from shoal.cli.route_compare import compare
from shoal.cli.route_drift import drift, unrouted
from shoal.cli.route_estimate import estimate
from shoal.cli.route_families import families
from shoal.cli.route_join import join
from shoal.cli.route_labels import labels

if TYPE_CHECKING:
    from shoal.call import Call
    from shoal.chat import Chat
    from shoal.config import Settings
    from shoal.exchange import House
    from shoal.routing.certificate import Certificate, CertifiedCascade
    from shoal.routing.certify import Finding
    from shoal.routing.choice import Choice

# Where so many of the asks that certify were learned from too, it is said.
MANY = 0.1
app = typer.Typer(no_args_is_help=True, help="Routes among models: certify on labels, show, explain a choice.")
app.command("labels")(labels)
app.command("families")(families)
app.command("drift")(drift)
app.command("estimate")(estimate)
app.command("compare")(compare)
app.command("join")(join)


@app.command("certify")
def certify(
    file: Annotated[Path, typer.Argument(metavar="LABELS", help="JSON Lines with 'prompt' and 'scores' by model.")],
    reference: Annotated[str, typer.Option(metavar="MODEL", help="The model that nothing may fall short of.")],
    models: Annotated[str, typer.Option(metavar="A,B", help="The smaller models that may answer instead.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the route is written.")] = Path("route"),
    alpha: Annotated[float, typer.Option(help="The largest share of answers that may be worse.")] = 0.05,
    delta: Annotated[float, typer.Option(help="The chance that the certificate is wrong.")] = 0.1,
    tolerance: Annotated[float, typer.Option(min=0, max=1, help="A score lower by so much is no loss.")] = 0.0,
    by: Annotated[str | None, typer.Option(metavar="LEVEL", help="Certify each group of this level by itself.")] = None,
    days: Annotated[float, typer.Option(min=1, max=3650, help="How long the certificate is valid.")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="Of the split between learning and certifying.")] = 0,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Learn from labels which asks a smaller model will do, and certify how often that is wrong.

    Six tenths of the labels are learned from, the others certify. Where the router is no better than chance at the same
    share, or one small model does for all, it says so and the route stays with the reference. Among the models may be
    cascades of the settings, such as cascade:support: then the labels must hold the values of their checks.
    """
    from shoal.routing.certify import Aim
    from shoal.routing.certify import certify as certified
    from shoal.routing.labels import check_copies, labels_of, read_rows

    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    aim = Aim(alpha, delta, tolerance, by, days)
    cascades = cascades_of(names, reference, config, data_dir)
    rows = read_rows(file)
    check_copies(rows)
    route, finding = certified(labels_of(rows), reference, names, aim, seed, cascades=cascades)
    certificate = route.save(out)
    if as_json:
        say_json({"certificate": json.loads(certificate.to_json()), "finding": told(finding), "route": str(out)})
        return
    say(finding.recommendation)
    say("")
    show_certificate(certificate, finding)
    if finding.repeated >= MANY:
        note(
            f"{finding.repeated:.0%} of the labels that certify ask what others ask that were learned from: take out "
            "copies, for the certificate holds only where your traffic repeats itself like that"
        )
    note(f'written to {out}; to use it: [routing] route = "{out}" and [auto] reference = "{reference}"')


@app.command("show")
def show(
    route: Annotated[Path, typer.Argument(metavar="PATH", help="A route, a certificate, or a folder of them.")],
    as_json: AsJson = False,
) -> None:
    """Say what a route, or a certificate of a cascade, allows, on which labels, and until when."""
    found = certificates_at(route)
    if as_json:
        told = {path: json.loads(each.to_json()) for path, each in found.items()}
        say_json(told if len(told) > 1 else next(iter(told.values())))
        return
    for at, (path, each) in enumerate(found.items()):
        if len(found) > 1:
            say(f"{chr(10) if at else ''}{path}")
        show_certificate(each)


def certificates_at(path: Path) -> dict[str, Certificate]:
    """The certificate of a route, that of a file, or all that lie in a folder or its folder `certificates`. Raises
    ConfigError where there is none, or one is damaged."""
    from shoal.routing.route import MODEL_FILE, Route
    from shoal.routing.start import read_certificate

    if path.suffix == ".json":
        return {str(path): read_certificate(path)}
    files = [] if (path / MODEL_FILE).exists() else sorted([*path.glob("*.json"), *path.glob("certificates/*.json")])
    of_rightsize = [each for each in files if each.name != "report.json"]
    if not of_rightsize:
        return {str(path): Route.load(path).certificate}
    return {str(each): read_certificate(each) for each in of_rightsize}


def cascades_of(
    names: Sequence[str], reference: str, config: Path | None, data_dir: Path | None
) -> dict[str, CertifiedCascade]:
    """The cascades among the names, as the settings have them. Raises ConfigError for one that is not there, has more
    than two models, or does not end with the reference."""
    from shoal.cli.house import settings_of
    from shoal.config import nearest
    from shoal.errors import ConfigError
    from shoal.routing.cascade import PREFIX
    from shoal.routing.start import terms_of

    wanted = [name for name in names if name.startswith(PREFIX)]
    rows = settings_of(config, data_dir).settings.cascades if wanted else {}
    for name in wanted:
        row = rows.get(name.removeprefix(PREFIX))
        if row is None:
            raise ConfigError(f"'{name}'{nearest(name, [f'{PREFIX}{each}' for each in rows])}: see [cascades.NAME]")
        if len(row.models) != 2 or row.models[-1] != reference:
            raise ConfigError(f"'{name}' must have two models, the last of them '{reference}', to be certified")
    return {name: terms_of(rows[name.removeprefix(PREFIX)]) for name in wanted}


@app.command("explain")
def explain(
    request: Annotated[str, typer.Argument(metavar="TEXT|FILE", help="A question, or a file with a whole request.")],
    optimize: Annotated[str | None, typer.Option(help="cost, energy, carbon, latency or quality.")] = None,
    tenant: Annotated[str, typer.Option("--tenant", metavar="NAME", help="Whose request it is.")] = "default",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say which model auto would choose for a request, and what every candidate was worth. No model is called.

    A file holds a request as JSON, as it is sent: with messages, tools, tags and the like. Specialists that would
    answer before the router are not asked: whether one is sure is known only when it has tried.
    """
    import asyncio

    from shoal.cli.house import settings_of
    from shoal.config import nearest
    from shoal.config.routing import Optimize

    settings = settings_of(config, data_dir).settings
    if optimize is not None and optimize not in get_args(Optimize):
        raise typer.BadParameter(f"--optimize {optimize}{nearest(optimize, get_args(Optimize))}")
    chat = chat_of(request, optimize, settings.server.max_messages)
    wish = chat.shoal.optimize
    if wish is not None and wish not in settings.of(tenant).routing.allow:
        note(f"routing.allow does not name '{wish}', so a request's wish for it does not count")
    choice = asyncio.run(_choice(settings, chat, tenant))
    if as_json:
        say_json(choice.to_record())
        return
    say(f"{choice.model}: {choice.reason}")
    say("")
    columns = ("model", "score", "loss", "tokens", "USD", "Wh", "gCO2e", "s", "price", "because")
    names = ("good", "loss", "tokens", "cost_usd", "energy_wh", "carbon_gco2e", "latency_s", "price")
    rows = choice.to_record()["candidates"]
    table(columns, [(row["model"], *(_cell(row[name]) for name in names), row["because"]) for row in rows])


def chat_of(request: str, optimize: str | None, most_messages: int) -> Chat:
    """A chat from a question or a file with a request, read as the gateway reads it. Raises a usage error where the
    file is none."""
    from shoal.chat import Chat, Message, ShoalOptions
    from shoal.errors import RequestError
    from shoal.gateway.openai_request import read_chat, read_json

    if not request.endswith(".json"):
        return Chat("auto", (Message.of("user", request),), shoal=ShoalOptions(optimize=optimize))
    try:
        chat = read_chat({**read_json(Path(request).read_bytes()), "model": "auto"}, {}, most_messages)
    except OSError as error:
        raise typer.BadParameter(f"{request} cannot be read ({error.strerror})") from None
    except RequestError as error:
        where = f"{error.param}: " if error.param else ""
        raise typer.BadParameter(f"{request} is no request: {where}{error.message}") from None
    return chat if optimize is None else replace(chat, shoal=replace(chat.shoal, optimize=optimize))


def show_certificate(certificate: Certificate, finding: Finding | None = None) -> None:
    """The certificate as a table."""
    import time
    from datetime import UTC, datetime

    until = datetime.fromtimestamp(certificate.expires, UTC).date().isoformat()
    sure = f"{100 - 100 * certificate.delta:g}%"
    say(f"Against {certificate.reference}: at most {certificate.alpha:.1%} worse, with {sure}")
    say(f"confidence, until {until}, for traffic like the labels {certificate.data[:12]}.")
    if time.time() >= certificate.expires:
        say("It has expired: the reference answers all. Certify it anew.")
    if certificate.reason is not None:
        say(f"Nothing is routed: {certificate.reason}.")
    rows = [
        (name, "-", "stays with the reference", "-", "-")
        if part is None
        else (name, part.n, f"up to {part.threshold:.3f}", f"{part.share:.1%}", part.losses)
        for name, part in certificate.segments.items()
    ]
    if rows:
        table(("part", "labels", "expected loss", "to smaller models", "of them worse"), rows)
    for name, held in certificate.cascades.items():
        say(f"{name}: {_allowed(held)}.")
    if finding is not None:
        for name, (expected, seen) in finding.escalates.items():
            say(f"{name} was expected to escalate {expected:.1%} of held-out requests, and did {seen:.1%}.")
        alone = ", ".join(f"{name} {score:.3f}" for name, score in finding.alone.items())
        say(f"Mean score: router {finding.router:.3f}, chance at the same share {finding.chance:.3f}; alone: {alone}.")


def _allowed(held: CertifiedCascade) -> str:
    checks = ", ".join(f"{check} {least:g}" for check, least in held.checks.items()) or "no check"
    said, alone = f"{' then '.join(held.models)} ({checks}), ", held.alone
    if alone is None:
        return f"{said}not certified for all requests"
    return f"{said}certified for all requests: {alone.share:.1%} stay, {alone.losses} of {alone.n} lost"


def told(finding: Finding) -> dict[str, Any]:
    """The finding as JSON."""
    return {name: getattr(finding, name) for name in finding.__slots__}


async def _choice(settings: Settings, chat: Chat, tenant: str) -> Choice:
    from shoal.call import Call, Trail
    from shoal.cli.house import looked_at
    from shoal.errors import ConfigError

    async with looked_at(settings) as opened:
        router = opened.routers.of(tenant)
        if router is None:
            raise ConfigError(unrouted(settings, tenant))
        house = opened.house
        call = Call(exchange_id="explain", tenant=tenant, opener=house.models, trail=Trail(), placement=house.placement)
        return router.decide(await _seen(house, chat, call), call)


async def _seen(house: House, chat: Chat, call: Call) -> Chat:
    """The chat as the router sees it: masked, and without what gives orders in the data."""
    masking = house.masking.open(call.tenant, "explain", call.exchange_id, chat)
    if masking is not None and masking.enforces:
        chat = await masking.mask(chat)
    defence = None if house.defence is None else house.defence.open(call.tenant, "explain", call.exchange_id, None)
    return await defence.defend(chat) if defence is not None and defence.enforces else chat


def _cell(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"
