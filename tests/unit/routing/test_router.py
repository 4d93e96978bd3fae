"""The router: one decision per turn, conversations that stay, constraints, foreign asks, records without text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shoal.call import Call, ModelCard, Placement, Trail
from shoal.chat import Chat, Message, ShoalOptions
from shoal.errors import ConfigError, PlacementError
from shoal.models.registry import Registry
from shoal.routing.certify import Aim, certify
from shoal.routing.choice import Choice
from shoal.routing.features import AskFeatures
from shoal.routing.groups import groups_of
from shoal.routing.policy import Offer, Weights
from shoal.routing.route import Route
from shoal.routing.router import EXPIRED, Router, Rules
from tests.unit.routing.labelled import labels, of_teams

CARDS = {name: ModelCard(name, "general", "host", host="h", licence="MIT") for name in ("small", "large")}
USD = {"small": 1e-6, "large": 1e-5}
RULES = Rules(Weights(1, 0, 0, 0), allow=("quality", "latency"))


@pytest.fixture(scope="module")
def route() -> Route:
    plain = labels(1600)
    return certify(replace(plain, groups=[{}] * 1600), "large", ["small"], Aim(alpha=0.08), features=AskFeatures())[0]


def offer(name: str, prompt: int, cached: int, output: float) -> Offer:
    """A tenth of the price for what is cached."""
    return Offer(USD[name] * (prompt - 0.9 * cached + output), 0.1, 0.1, 1.0 if name == "large" else 2.0)


class Clock:
    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def router(route: Route, rules: Rules = RULES, clock: Clock | None = None, **cards: ModelCard) -> Router:
    now = clock or Clock(route.certificate.made)
    return Router(route, {**CARDS, **cards}, "large", offer, rules, now)


def call(exchange_id: str = "e", **changes: Any) -> Call:
    return Call(exchange_id=exchange_id, tenant="t", opener=Registry({}), trail=Trail(), **changes)


def asks(*said: str, optimize: str | None = None, **options: Any) -> Chat:
    roles = ("user", "assistant")
    messages = tuple(Message.of(roles[at % 2], text) for at, text in enumerate(said))
    return Chat("auto", messages, options, shoal=ShoalOptions(optimize=optimize))


EASY, HARD = (
    "Please tell me about the return policy for shoes, case 13.",
    "Please tell me about the bound of the spectral gap, case 13.",
)


def test_easy_asks_go_to_the_small_model(route: Route) -> None:
    choice = router(route).choose(asks(EASY), call())
    assert choice.model == "small"
    assert "certified up to" in choice.reason


def test_hard_asks_stay_with_the_reference(route: Route) -> None:
    assert router(route).choose(asks(HARD), call()).model == "large"


def test_foreign_asks_stay_with_the_reference(route: Route) -> None:
    choice = router(route).choose(asks("SELECT * FROM lamps WHERE price < 3;"), call())
    assert (choice.model, choice.foreign) == ("large", True)
    assert choice.reason == "unlike anything that the router learned from"


def test_who_lacks_the_tag_that_the_labels_had_stays_with_the_reference() -> None:
    """Of the teams the small model knows the one alone, and no word of an ask tells the team."""
    route, _ = certify(of_teams(1200, 0), "large", ["small"], Aim(), features=AskFeatures())
    for tags, name in (({"team": "a"}, "small"), ({}, "large"), ({"app": "x", "team": "a"}, "large")):
        chat = replace(asks(EASY), shoal=ShoalOptions(tags=tags))
        choice = router(route).choose(chat, call())
        assert (choice.model, choice.foreign) == (name, name == "large")
        assert (choice.reason == "no tag team, which 99% or more of the labels had") is (name == "large")
        assert router(route).certifies(chat, "small") is (name == "small")


@pytest.mark.parametrize(("optimize", "name"), [("quality", "large"), ("latency", "large"), ("cost", "small")])
def test_what_the_caller_asks_to_optimise(route: Route, optimize: str, name: str) -> None:
    assert router(route).choose(asks(EASY, optimize=optimize), call()).model == name


def test_an_expired_certificate_routes_nothing_unless_the_operator_says_so(route: Route) -> None:
    late = Clock(route.certificate.expires)
    choice = router(route, clock=late).choose(asks(EASY), call())
    assert (choice.model, choice.reason) == ("large", EXPIRED)
    assert router(route, replace(RULES, uncertified=True), late).choose(asks(EASY), call()).model == "small"


@pytest.mark.parametrize(
    ("words", "name", "found"),
    [
        (EASY, "small", True),
        (HARD, "small", False),
        (HARD, "large", True),
        ("SELECT * FROM lamps WHERE price < 3;", "small", False),
        (EASY, "stranger", None),
    ],
)
def test_what_the_certificate_lets_answer(route: Route, words: str, name: str, found: bool | None) -> None:
    assert router(route).certifies(asks(words), name) is found


def test_an_expired_certificate_lets_the_reference_answer_alone(route: Route) -> None:
    late = router(route, clock=Clock(route.certificate.expires))
    assert [late.certifies(asks(EASY), name) for name in ("small", "large")] == [False, True]


def test_a_model_whose_seconds_nobody_has_seen_is_taken_for_the_slowest(route: Route) -> None:
    """Else it would never be asked, and so never seen."""

    def pricer(name: str, *_: object) -> Offer:
        return Offer(0.1) if name == "small" else Offer(1.0, latency_s=2.0)

    def choice(weights: Weights) -> Choice:
        return Router(route, CARDS, "large", pricer, replace(RULES, weights=weights)).choose(asks(EASY), call())

    assert choice(Weights(1, 0, 0, 0.3)).model == "small"
    assert [round(each.price, 6) for each in choice(Weights(1, 0, 0, 0.3)).candidates] == [1.6, 0.7]
    assert choice(Weights(0, 0, 0, 1)).model == "large"


def test_one_decision_per_turn(route: Route) -> None:
    """What an agent's loop adds changes nothing."""
    one = router(route)
    first = one.choose(asks(EASY), call())
    loop = asks(EASY, "call")
    loop = replace(loop, messages=(*loop.messages, Message.of("tool", f"{HARD} " * 50)))
    again = one.choose(loop, call())
    assert (first.model, again.model) == ("small", "small")
    assert again.reason.endswith("same turn")
    # Of all that were weighed the reference and the chosen one are remembered.
    assert [each.name for each in again.candidates] == ["large", "small"]


def test_a_turn_does_not_stay_with_a_model_that_may_no_longer_answer(route: Route) -> None:
    """An agent's tool results may outgrow the small model's context; later turns may bring images."""
    one = router(route, small=replace(CARDS["small"], context=200, tags=("tools",)))
    assert one.choose(asks(EASY), call()).model == "small"
    loop = asks(EASY, "call")
    loop = replace(loop, messages=(*loop.messages, Message.of("tool", f"{HARD} " * 50)))
    grown = one.choose(loop, call())
    assert (grown.model, grown.reason) == ("large", "small would do, but may not answer this")
    barred = next(each.barred for each in grown.candidates if each.name == "small")
    assert "its context 200" in str(barred)


def test_a_conversation_stays_where_its_prompt_is_cached(route: Route) -> None:
    """The small model would do for the second turn, but would read a long prompt anew, at a third of the price."""

    def nearly(name: str, prompt: int, cached: int, output: float) -> Offer:
        return Offer((1.0 if name == "large" else 0.3) * (prompt - 0.9 * cached + output))

    made = Clock(route.certificate.made)
    one, other = (Router(route, CARDS, "large", nearly, RULES, made) for _ in range(2))
    assert one.choose(asks(HARD, optimize="quality"), call()).model == "large"
    stay = next(iter(one._stays.values()))
    stay.tokens = 9_000
    second = asks(HARD, "a" * 36_000, EASY)
    assert one.choose(second, call()).model == "large"
    assert other.choose(second, call()).model == "small"


def test_conversations_are_forgotten(route: Route) -> None:
    clock = Clock(route.certificate.made)
    one = router(route, replace(RULES, sticky_s=10, sticky_most=2), clock)
    for name in ("a", "b", "c"):
        one.choose(replace(asks(EASY), shoal=ShoalOptions(conversation=name)), call())
    assert len(one._stays) == 2
    clock.at += 11
    assert "same turn" not in one.choose(replace(asks(EASY), shoal=ShoalOptions(conversation="c")), call()).reason


def test_tenants_do_not_share_conversations(route: Route) -> None:
    one = router(route)
    one.choose(asks(EASY), call())
    other = Call(exchange_id="e", tenant="other", opener=Registry({}), trail=Trail())
    assert "same turn" not in one.choose(asks(EASY), other).reason


def test_the_reference_is_barred_and_the_small_one_is_not(route: Route) -> None:
    card = replace(CARDS["large"], licence="secret")
    choice = router(route, replace(RULES, licences=("MIT",)), large=card).choose(asks(HARD), call())
    assert (choice.model, choice.reason) == ("small", "large may not answer this")


def test_constraints_that_leave_nobody_are_named(route: Route) -> None:
    with pytest.raises(PlacementError, match=r"large: model 'large' runs in region.*small: model 'small'"):
        router(route).choose(asks(EASY), call(placement=Placement(frozenset({"eu"}))))


def test_a_model_that_is_not_configured_is_left_out(route: Route) -> None:
    one = Router(route, {"large": CARDS["large"]}, "large", offer, RULES, Clock(route.certificate.made))
    assert one.models == ("large",)
    assert one.choose(asks(EASY), call()).model == "large"


def test_another_reference_is_refused(route: Route) -> None:
    with pytest.raises(ConfigError, match=r"certified against 'large', but auto.reference is 'small'"):
        Router(route, CARDS, "small", offer, RULES)


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "\ud800", "日本語で答えて"])
def test_any_prompt_gets_a_choice(route: Route, text: str) -> None:
    assert router(route).choose(asks(text), call()).model == "large"


def test_the_record_holds_numbers_and_no_text(route: Route) -> None:
    record = router(route).choose(asks(EASY), call()).to_record()
    assert "shoes" not in str(record)
    assert {each["model"] for each in record["candidates"]} == {"small", "large"}
    assert all(isinstance(each["loss"], float) for each in record["candidates"])


def test_exploring_stays_within_the_certificate_and_logs_the_chance(route: Route) -> None:
    """Over 4,000 exchanges each share is within four standard errors of what is logged."""
    one = router(route, replace(RULES, sticky_s=0, explore=0.05, learns=frozenset({"t"})))
    found = [one.choose(asks(EASY), call(f"ex_{at}")) for at in range(4_000)]
    away = [each for each in found if each.model == "large"]
    assert abs(len(away) / 4_000 - 0.05) < 4 * (0.05 * 0.95 / 4_000) ** 0.5
    assert {each.to_record()["propensity"] for each in away} == {0.05}
    assert {each.propensity for each in found if each.model == "small"} == {0.95}
    assert away[0].reason == "explored; else small"


@pytest.mark.parametrize(
    ("said", "optimize", "tenant"),
    [
        (HARD, None, "t"),
        ("SELECT * FROM lamps WHERE price < 3;", None, "t"),
        (EASY, "quality", "t"),
        (EASY, "latency", "t"),
        (EASY, None, "other"),
    ],
)
def test_nothing_is_explored(route: Route, said: str, optimize: str | None, tenant: str) -> None:
    """Where no other model is certified, the ask is foreign, the caller has a wish, or the tenant keeps nothing."""
    one = router(route, replace(RULES, sticky_s=0, explore=0.05, learns=frozenset({"t"})))
    plain = router(route, replace(RULES, sticky_s=0))
    for at in range(200):
        made = Call(exchange_id=f"ex_{at}", tenant=tenant, opener=Registry({}), trail=Trail())
        chat = asks(said, optimize=optimize)
        assert one.choose(chat, made) == plain.choose(chat, made)


def test_an_expired_certificate_explores_nothing(route: Route) -> None:
    rules = replace(RULES, sticky_s=0, explore=0.05, learns=frozenset({"t"}))
    one = router(route, rules, Clock(route.certificate.expires))
    assert {one.choose(asks(EASY), call(f"ex_{at}")).propensity for at in range(200)} == {1.0}


def test_a_barred_model_is_not_explored(route: Route) -> None:
    rules = replace(RULES, sticky_s=0, explore=0.05, learns=frozenset({"t"}), licences=("MIT",))
    one = router(route, rules, large=replace(CARDS["large"], licence="secret"))
    found = {one.choose(asks(EASY), call(f"ex_{at}")).model for at in range(200)}
    assert found == {"small"}


def test_a_template_is_the_same_whoever_is_masked_in_it() -> None:
    """And another where another kind of thing is."""
    found = [
        groups_of(Chat("auto", (Message.of("system", f"You help <{name}>."), Message.of("user", "q"))))["template"]
        for name in ("PERSON_k7f3m2qa", "PERSON_2222aaaa", "PHONE_NUMBER_2222aaaa")
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("small", "large", "name", "reason"),
    [
        (Offer(0.1), Offer(1.0), "small", "will do"),
        (Offer(0.1), Offer(1.0, 2.0), "large", "what small would take is not known: give it a price and a size"),
        (Offer(0.1, 0.1), Offer(1.0), "small", "will do"),
        (Offer(1.0), Offer(0.1), "large", "no smaller model will do at a lower price"),
        (Offer(), Offer(), "large", "nothing is known yet of what any model would take"),
    ],
)
def test_what_is_not_known_of_a_model(route: Route, small: Offer, large: Offer, name: str, reason: str) -> None:
    """Known of no model it does not count; known of the other only, the model cannot be weighed."""
    offers = {"small": small, "large": large}
    rules, made = Rules(Weights(1, 0.0002, 0, 0)), Clock(route.certificate.made)
    choice = Router(route, CARDS, "large", lambda name, *_: offers[name], rules, made).choose(asks(EASY), call())
    assert choice.model == name
    assert choice.reason.startswith(reason)
