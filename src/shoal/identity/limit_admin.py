"""What can be done with limits and budgets besides those of the settings, and with temporary increases; each within the
actor's rights. It counts nothing, and cannot touch what the settings say: a request must fit in both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import choice
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_

from shoal.chat import Json
from shoal.config import nearest
from shoal.config.limits import MICRO, MOST, Budget, Rate
from shoal.errors import Conflict, NotFound, PermissionDenied, RequestError
from shoal.identity.administration import Answer, Change, expect
from shoal.identity.bounds import LATEST, check_rule
from shoal.identity.keys import DEFAULT_TENANT, ID_ALPHABET, Key, Role
from shoal.identity.rights import Reach, Thing, admit_change, admit_read, reach
from shoal.stores.changes import LIMITS, count
from shoal.stores.limit_rules import (
    INCREASES,
    RULES,
    Kind,
    StoredIncrease,
    StoredRule,
    add_increase,
    add_rule,
    change_rule,
    delete_increases,
    delete_rules,
    increases_where,
    rules_where,
)

AREA = "limits"
TABLES: Mapping[Kind, type[Rate] | type[Budget]] = {"rate": Rate, "budget": Budget}
# Every request looks through its organisation's rules when it is first seen.
MOST_RULES = 500
MILLIONTHS = frozenset({"usd", "wh", "gco2e"})
# What a counter is made of: where one of these is changed, it counts anew.
SHAPE = frozenset({"of", "per", "window", "time_zone"})
After = tuple[float, str] | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the settings have: their budgets, and the models that may be named."""

    budgets: Mapping[str, Budget] = field(default_factory=dict)
    models: Callable[[], Collection[str]] = tuple


@dataclass(frozen=True, slots=True)
class IncreaseWish:
    """More of a budget for a while, in the quantity's own unit; `until` in Unix seconds."""

    budget: str
    quantity: str
    amount: float
    until: float
    subject: str | None = None


def rule_wire(rule: StoredRule) -> Json:
    """The rule as it is shown, with all fields of its table."""
    table = TABLES[rule.kind].model_validate(dict(rule.terms)).model_dump(mode="json")
    shown = {"id": rule.id, "name": rule.name, "organisation": rule.tenant, **table}
    kind = "limit" if rule.kind == "rate" else "budget"
    return {"object": f"shoal.{kind}", **shown, "created": rule.created, "author": rule.author}


def increase_wire(found: StoredIncrease) -> Json:
    """The increase as it is shown."""
    names = ("id", "budget", "quantity", "amount", "subject", "until", "created", "author")
    return {
        "object": "shoal.increase",
        **{name: getattr(found, name) for name in names},
        "organisation": found.tenant,
        "of_settings": found.rule is None,
    }


def create_rule(change: Change, kind: Kind, name: str, terms: Mapping[str, Any], known: Known) -> Answer:
    """Raises RequestError for what no table of the settings could say, Conflict, PermissionDenied."""
    tenant = change.actor.tenant
    admit_change(change.actor, AREA, Thing(tenant))
    check_rule(name)
    found = rules_where(change.connection, RULES.c.tenant == tenant)
    if any((each.kind, each.name) == (kind, name) for each in found):
        raise Conflict("your organisation has one of that name: change that, or choose another name")
    if len(found) >= MOST_RULES:
        raise Conflict(f"your organisation has {MOST_RULES} limits and budgets, which is the most: delete some")
    wanted = _checked(kind, terms, known)
    made = StoredRule(_new_id(), tenant, kind, name, wanted, _micro(change.now), change.now, change.actor.id)
    add_rule(change.connection, made)
    _note(change, "created", made, wanted)
    return Answer(rule_wire(made), 1, 201)


def read_rule(change: Change, kind: Kind, rule_id: str) -> Answer:
    """Raises NotFound, PermissionDenied."""
    rule = _seen(change, kind, rule_id)
    return Answer(rule_wire(rule), rule.revision)


def list_rules(change: Change, kind: Kind, limit: int, after: After) -> list[StoredRule]:
    """The rules that the actor may see, oldest first: a lead sees those of their team. Raises PermissionDenied."""
    reach(change.actor, AREA)
    where = and_(RULES.c.tenant == change.actor.tenant, RULES.c.kind == kind)
    seen = [each for each in rules_where(change.connection, where) if _sees(change.actor, each)]
    return [each for each in seen if after is None or (each.created, each.id) > after][:limit]


def change_rule_of(
    change: Change, kind: Kind, rule_id: str, terms: Mapping[str, Any], known: Known, expected: int | None = None
) -> Answer:
    """Sets the fields that `terms` has; null takes one away. What was used goes on to count, unless it is counted of
    something else or by another period from now on. Raises RequestError and what `read_rule` does, ChangedMeanwhile."""
    rule = _changeable(change, kind, rule_id, expected)
    wanted = _checked(kind, {**rule.terms, **terms}, known)
    values: dict[str, Any] = {"terms": wanted}
    if any(wanted.get(name) != rule.terms.get(name) for name in SHAPE):
        values["since"] = _micro(change.now)
    change_rule(change.connection, rule_id, **values)
    _note(change, "changed", rule, wanted)
    return read_rule(change, kind, rule_id)


def delete_rule(change: Change, kind: Kind, rule_id: str, expected: int | None = None) -> Answer:
    """Removes the rule, and its increases. Raises what `read_rule` does, ChangedMeanwhile."""
    rule = _changeable(change, kind, rule_id, expected)
    delete_rules(change.connection, RULES.c.id == rule_id)
    _note(change, "deleted", rule, {})
    return Answer(None, None, 204)


def find_rule(change: Change, kind: Kind, name: str) -> StoredRule:
    """The rule of that name in the actor's organisation. Raises NotFound."""
    rules = rules_where(change.connection, and_(RULES.c.tenant == change.actor.tenant, RULES.c.kind == kind))
    for rule in rules:
        if rule.name == name:
            return rule
    raise NotFound(f"'{name[:64]}'{nearest(name[:64], [rule.name for rule in rules])} (shoal.toml is changed by hand)")


def create_increase(change: Change, wish: IncreaseWish, known: Known) -> Answer:
    """More of a budget for a while. Those of the settings are increased by an operator's admin alone. Raises
    RequestError, PermissionDenied."""
    actor = change.actor
    admit_change(actor, AREA, Thing(actor.tenant))
    # NaN is not above zero either.
    if not 0 < wish.amount <= MOST:
        raise RequestError(f"must be more than 0 and at most {MOST}", param="amount")
    if not change.now < wish.until <= LATEST:
        raise RequestError("must lie in the future, before the year 2096", param="until")
    rule, budget = _budget(change, wish.budget, known)
    if getattr(budget, wish.quantity) is None:
        raise RequestError("this budget does not cap that: name what it caps", param="quantity")
    if wish.quantity in ("tokens", "requests") and not float(wish.amount).is_integer():
        raise RequestError("must be a whole number of these", param="amount")
    if wish.quantity in MILLIONTHS and not 1 / MICRO <= wish.amount <= MOST / MICRO:
        raise RequestError(f"an increase is a millionth or more, and at most {MOST // MICRO}", param="amount")
    made = StoredIncrease(
        *(_new_id(), actor.tenant, rule, wish.budget, wish.quantity, wish.amount, wish.subject),
        *(wish.until, change.now, actor.id),
    )
    add_increase(change.connection, made)
    _note_increase(change, "increased", made)
    return Answer(increase_wire(made), None, 201)


def list_increases(change: Change, limit: int, after: After) -> list[StoredIncrease]:
    """The increases that the actor may see, those that have ended too, oldest first. Raises PermissionDenied."""
    actor = change.actor
    everything = reach(actor, AREA) is Reach.TENANT
    rules = {each.id for each in rules_where(change.connection, RULES.c.tenant == actor.tenant) if _sees(actor, each)}
    found = increases_where(change.connection, INCREASES.c.tenant == actor.tenant)
    seen = [each for each in found if everything or each.rule in rules]
    return [each for each in seen if after is None or (each.created, each.id) > after][:limit]


def delete_increase(change: Change, increase_id: str) -> Answer:
    """Ends an increase now. Raises NotFound, PermissionDenied."""
    actor = change.actor
    where: ColumnElement[bool] = INCREASES.c.id == increase_id
    found = increases_where(change.connection, where)
    admit_change(actor, AREA, Thing(found[0].tenant) if found else None)
    delete_increases(change.connection, where)
    _note_increase(change, "increase_ended", found[0])
    return Answer(None, None, 204)


def _budget(change: Change, name: str, known: Known) -> tuple[str | None, Budget]:
    """The organisation's own budget of that name, else the one of the settings. Raises RequestError,
    PermissionDenied."""
    where = and_(RULES.c.tenant == change.actor.tenant, RULES.c.kind == "budget")
    rows = {rule.name: rule for rule in rules_where(change.connection, where)}
    if (rule := rows.get(name)) is not None:
        return rule.id, Budget.model_validate(dict(rule.terms))
    operator = change.actor.tenant == DEFAULT_TENANT and change.actor.role is Role.ADMIN
    if not operator:
        if name in known.budgets:
            raise PermissionDenied("this budget is the operator's: ask them to increase it")
        raise RequestError(f"'{name}'{nearest(name, rows)}", param="budget")
    if name not in known.budgets:
        raise RequestError(f"'{name}'{nearest(name, [*rows, *known.budgets])}", param="budget")
    return None, known.budgets[name]


def _checked(kind: Kind, terms: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The fields that are given, as a table of the settings would have them. Raises RequestError."""
    # What is null is left out: the table's own value holds.
    given = {name: value for name, value in terms.items() if value is not None}
    try:
        table = TABLES[kind].model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        said = fault["msg"].removeprefix("Value error, ")
        raise RequestError(f"{where}: {said}" if where else said, param=where or None) from None
    downshift = table.downshift if isinstance(table, Budget) else None
    named = [("downshift.to", model) for model in (downshift.to if downshift is not None else ())]
    named += [("only", model) for model in (table.only if table.of == "model" else ())]
    models = known.models()
    for where, model in named:
        if models and model not in models:
            raise RequestError(f"'{model[:100]}'{nearest(model[:100], models)}", param=where)
    return table.model_dump(mode="json", exclude_unset=True)


def _seen(change: Change, kind: Kind, rule_id: str) -> StoredRule:
    found = rules_where(change.connection, and_(RULES.c.id == rule_id, RULES.c.kind == kind))
    rule = found[0] if found and _sees(change.actor, found[0]) else None
    admit_read(change.actor, AREA, None if rule is None else Thing(rule.tenant, change.actor.team))
    assert rule is not None  # or it was refused
    return rule


def _changeable(change: Change, kind: Kind, rule_id: str, expected: int | None) -> StoredRule:
    reach(change.actor, AREA, change=True)
    rule = _seen(change, kind, rule_id)
    expect(rule.revision, expected)
    return rule


def _sees(actor: Key, rule: StoredRule) -> bool:
    """Whether the actor may read the rule: a lead the rules of teams that hold for theirs."""
    found = reach(actor, AREA)
    if rule.tenant != actor.tenant or found is not Reach.TEAM:
        return rule.tenant == actor.tenant and found is Reach.TENANT
    only: Sequence[str] = rule.terms.get("only") or ()
    return rule.terms.get("of") == "team" and (not only or bool({actor.team, f"{actor.tenant}/{actor.team}"} & {*only}))


def _note(change: Change, what: str, rule: StoredRule, terms: Mapping[str, Any]) -> None:
    count(change.connection, LIMITS)
    kind = "limit" if rule.kind == "rate" else "budget"
    change.note(f"{kind}.{what}", rule.tenant, **{kind: rule.name, "id": rule.id, "terms": dict(terms)})


def _note_increase(change: Change, what: str, found: StoredIncrease) -> None:
    count(change.connection, LIMITS)
    about = {name: getattr(found, name) for name in ("id", "budget", "quantity", "amount", "subject", "until")}
    change.note(f"budget.{what}", found.tenant, **about)


def _new_id() -> str:
    return "lim_" + "".join(choice(ID_ALPHABET) for _ in range(16))


def _micro(at: float) -> int:
    return int(at * MICRO)
