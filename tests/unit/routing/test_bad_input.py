"""Bad input: what a router, a certificate and `auto` make of it. Each case says what must come out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shoal.call import Call, Model, ModelCard, Patience, Placement, Trail, closing
from shoal.chat import Chat, Message
from shoal.errors import ConfigError, PlacementError
from shoal.models.registry import Registry
from shoal.routing.auto import Auto, Terms
from shoal.routing.cascade import Cascade, Step
from shoal.routing.certificate import CertifiedCascade
from shoal.routing.certify import Aim, certify
from shoal.routing.checks import Refusal
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.policy import Offer, Weights
from shoal.routing.route import Route
from shoal.routing.router import Router, Rules
from shoal.testing import ScriptedModel
from tests.unit.routing.labelled import checked, labels

FEATURES = AskFeatures()
CHECKED = {"cascade:c": CertifiedCascade(("small", "large"), {"confidence": 0.5})}
EASY = "Please tell me about the return policy for shoes, case 13."
HARD = "Please tell me about the bound the spectral gap, case 13."


@pytest.fixture(scope="module")
def route() -> Route:
    return certify(checked(1600), "large", ["small", "cascade:c"], Aim(alpha=0.08), 0, FEATURES, CHECKED)[0]


def card(name: str, **known: Any) -> ModelCard:
    kind = "composite" if name.startswith("cascade:") else "host"
    return ModelCard(name, "general", kind, host="h", licence="MIT", **known)


def offer(name: str, prompt: int, cached: int, output: float) -> Offer:
    return Offer(10.0 if name == "large" else 0.1)


def router(route: Route, cards: Mapping[str, ModelCard] | None = None, **rules: Any) -> Router:
    every = {name: card(name) for name in ("large", "small", "cascade:c")} | dict(cards or {})
    now = route.certificate.made
    return Router(route, every, "large", offer, Rules(Weights(1, 0, 0, 0), **rules), lambda: now)


def call(**more: Any) -> Call:
    return Call(exchange_id="e", tenant="t", opener=Registry({}), trail=Trail(), **more)


def says(text: str, **options: Any) -> Chat:
    return Chat("auto", (Message.of("user", text),), options)


IMAGE = {
    "role": "user",
    "content": [
        {"type": "text", "text": EASY},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ],
}


@pytest.mark.parametrize(
    ("chat", "tags", "name"),
    [
        (says(EASY), ("tools",), "small"),
        (says(EASY, tools=[{"type": "function", "function": {"name": "f"}}]), ("tools",), "small"),
        (says(EASY, tools=[{"type": "function", "function": {"name": "f"}}]), ("vision",), "large"),
        (Chat("auto", (Message.from_wire(IMAGE),)), ("vision",), "small"),
        (Chat("auto", (Message.from_wire(IMAGE),)), ("tools",), "large"),
        (Chat("auto", (Message.from_wire({**IMAGE, "content": IMAGE["content"][1:]}),)), ("tools",), "large"),
    ],
)
def test_images_and_tools_go_to_models_that_take_them(
    route: Route, chat: Chat, tags: tuple[str, ...], name: str
) -> None:
    """A cascade takes only what both of its models do."""
    choice = router(route, {"small": card("small", tags=tags)}).choose(chat, call())
    assert choice.model == name
    small, cascade = (next(each for each in choice.candidates if each.name == one) for one in ("small", "cascade:c"))
    assert (cascade.barred is None) == (small.barred is None)
    if small.barred is not None:
        assert cascade.barred == f"small: {small.barred}"


def test_constraints_that_leave_nobody_name_each_of_them(route: Route) -> None:
    """Region bars two, the licence one: each is named with what to do."""
    cards = {"small": card("small", region="eu"), "large": replace(card("large", region="us"), licence="secret")}
    with pytest.raises(PlacementError) as told:
        router(route, cards, licences=("MIT",)).choose(says(EASY), call(placement=Placement(frozenset({"ch"}))))
    said = told.value.message
    for each in ("large: model 'large' runs in region 'us'", "small: model 'small' runs in region 'eu'", "cascade:c: "):
        assert each in said
    with pytest.raises(PlacementError, match="leave no region: loosen"):
        Placement(frozenset({"eu"})).narrowed(Placement(frozenset({"us"})))


def test_two_hundred_models() -> None:
    """One of them is good at what is easy; it is found among 199, and the decision names all."""
    base, generator = labels(130), np.random.default_rng(0)
    names = [f"m{at:03}" for at in range(199)]
    scores = np.hstack([(generator.random((130, 198)) < 0.05).astype(float), base.scores])
    many = Labels((*names, "large"), base.asks, scores, np.full((130, 200), np.nan), [{}] * 130)
    found, _ = certify(many, "large", names, Aim(alpha=0.5, delta=0.5), features=FEATURES)
    certificate = replace(found.certificate, segments={"all": None})
    cards = {name: card(name) for name in many.models}
    one = Router(replace(found, certificate=certificate), cards, "large", offer, Rules(Weights(1, 0, 0, 0)))
    choice = one.choose(says(EASY), call())
    assert len(choice.candidates) == 200
    best = max(choice.candidates[1:], key=lambda each: each.good or 0.0)
    assert best.name == "m198"
    assert choice.model == "large"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_labels_that_are_all_equal(value: float) -> None:
    """Whoever answers is as good: no router is needed, and nothing is divided by a spread of zero."""
    same = replace(labels(400), scores=np.full((400, 2), value))
    found, finding = certify(same, "large", ["small"], Aim(), features=FEATURES)
    assert finding.recommendation.startswith("use 'small' without a router")
    assert found.certificate.segments == {}
    assert np.isfinite(found.value.grams.scale).all()


def test_labels_of_which_each_ask_is_the_same() -> None:
    """Nothing tells asks apart, so that a router is chance."""
    plain = labels(600)
    found, finding = certify(replace(plain, asks=["the same"] * 600, groups=[{}] * 600), "large", ["small"], Aim())
    assert not finding.worth_it
    assert found.certificate.threshold(None, found.certificate.made) is None


@pytest.mark.parametrize("count", [0, 1, 10, 123])
def test_too_few_labels_say_how_many_are_needed(count: int) -> None:
    with pytest.raises(ConfigError, match=f"{count} asks have a score of every model, 124 are the least: label more"):
        certify(labels(count) if count else replace(labels(10).taken(np.zeros(0, np.int64))), "large", ["small"], Aim())


TONGUES = {
    "German": ("Wie lange dauert die Lieferung nach Bern, Fall {}?", "Beweise die Konvergenz der Reihe, Fall {}."),
    "Japanese": ("配送にはどのくらいかかりますか、その{}", "級数が収束することを証明してください、その{}"),
    "Arabic": ("كم يستغرق التوصيل إلى برن، الحالة {}؟", "أثبت أن المتسلسلة متقاربة، الحالة {}."),
}


@pytest.mark.parametrize("tongue", TONGUES)
def test_asks_in_other_languages_are_told_apart(tongue: str) -> None:
    """And what is English is foreign to a router that never saw any."""
    easy, hard = TONGUES[tongue]
    asks = [(easy if at % 2 else hard).format(at % 41) for at in range(800)]
    scores = np.array([[float(at % 2), 1.0] for at in range(800)])
    made = Labels(("small", "large"), asks, scores, np.full((800, 2), np.nan), [{}] * 800)
    found, _ = certify(made, "large", ["small"], Aim(), features=FEATURES)
    one = router(found)
    assert one.choose(says(easy.format(7)), call()).model == "small"
    assert one.choose(says(hard.format(7)), call()).model == "large"
    assert one.choose(says("Derive the adjoint operator of the gradient."), call()).foreign


def test_a_small_model_that_vanishes_between_decision_and_call(route: Route) -> None:
    """Of a cascade too: the reference answers once, and the reply says what failed."""
    large = ScriptedModel(["large says"], name="large", kind="host", host="h")
    cascade = Cascade("c", [Step("small", (Refusal(),))], "large")
    for asked, failed in ((EASY, "small failed (model_not_found)"), (HARD, "small: failed (model_not_found)")):
        auto = Auto([], "large", Terms(0.7, router(route)), cascades={"cascade:c": cascade})
        entries: dict[str, tuple[Model, Patience]] = {
            each.card.name: (each, Patience(retries=0)) for each in (large, auto)
        }
        trail = Trail()

        async def run(asked: str = asked, trail: Trail = trail, entries: Any = entries) -> str:
            made = Call(exchange_id="ex", tenant="t", opener=Registry(entries), trail=trail)
            async with closing(made.open("auto").reply(says(asked), made)) as pieces:
                return "".join([piece.text async for piece in pieces])

        assert asyncio.run(run()) == "large says"
        assert trail.decision is not None
        assert trail.decision.model == "large"
        assert failed in trail.decision.reason
        assert [attempt.model for attempt in trail.attempts] == ["large"]
