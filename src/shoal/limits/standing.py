"""How things stand: the headers that tell a caller what is left, and the words of a refusal. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from shoal.chat import Json
from shoal.errors import InsufficientQuota, LimitError, RateLimitExceeded, RequestExceedsLimit
from shoal.limits.periods import SECOND
from shoal.limits.rules import MILLIONTHS, Line, Quantity
from shoal.stores.counters import Law, Level

KINDS: Mapping[str, frozenset[Quantity]] = {
    "requests": frozenset({Quantity.REQUESTS}),
    "tokens": frozenset({Quantity.TOKENS, Quantity.INPUT, Quantity.OUTPUT}),
}
UNITS = {Quantity.USD: "USD", Quantity.WH: "Wh", Quantity.GCO2E: "gCO2e"}
RATED = {
    Quantity.REQUESTS: "requests",
    Quantity.INPUT: "input tokens",
    Quantity.OUTPUT: "output tokens",
    Quantity.TOKENS: "tokens",
}
WARNING = "x-shoal-budget-warning"


def standing(lines: Sequence[Line], levels: Sequence[int], used: Sequence[int], now: int) -> dict[str, str]:
    """The headers, by name: of requests and of tokens the limit with the least left of it, and the budgets of which
    the soft share is spent."""
    headers: dict[str, str] = {}
    for kind, quantities in KINDS.items():
        met = [(line, level) for line, level in zip(lines, levels, strict=True) if line.limit.quantity in quantities]
        rates = [each for each in met if not each[0].limit.budget and each[0].model is None]
        if rates:
            line, level = max(rates, key=lambda each: each[1] / max(each[0].limit.cap, 1))
            headers |= _left(kind, line, level)
    spent = [
        f"{line.limit.name};quantity={line.limit.quantity.name.lower()};spent={before / cap:.2f}"
        for line, before in zip(lines, used, strict=True)
        if line.limit.budget and before >= line.limit.soft * (cap := max(line.cap(now), 1))
    ]
    if spent:
        headers[WARNING] = ", ".join(spent)
    return headers


def _left(kind: str, line: Line, level: int) -> dict[str, str]:
    limit = line.limit
    left = limit.unscaled(max(limit.cap - level, 0))
    return {
        f"x-ratelimit-limit-{kind}": str(limit.many),
        f"x-ratelimit-remaining-{kind}": str(left),
        f"x-ratelimit-reset-{kind}": duration(level if limit.law is Law.DRAINING else 0),
    }


def left(line: Line, level: Level, now: int) -> Json:
    """One limit on the wire."""
    limit = line.limit
    unit = 1e6 if limit.quantity in MILLIONTHS else 1
    cap = limit.many if limit.law is Law.DRAINING else line.cap(now)
    free = limit.unscaled(max(line.cap(now) - level.used - level.reserved, 0))
    reserved = limit.unscaled(level.reserved)
    # Rounded so that the three make up the cap.
    used = cap - free - reserved if limit.law is Law.DRAINING else level.used
    return {
        "name": limit.name,
        "of": limit.of,
        "subject": line.subject.rpartition("/")[2],
        "quantity": limit.quantity.name.lower(),
        "per": limit.period or None,
        "cap": cap / unit,
        "used": used / unit,
        "reserved": reserved / unit,
        "remaining": free / unit,
        "ends": limit.window(now)[1] / SECOND if limit.law is Law.FIXED else None,
        "enforced": limit.enforced,
    }


def duration(microseconds: int) -> str:
    """As "1h2m3s", below a second "120ms"."""
    if microseconds < SECOND:
        return f"{ceil(microseconds / 1000)}ms"
    seconds = ceil(microseconds / SECOND)
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)


def refusal(line: Line, level: int, asked: int, now: int, headers: Mapping[str, str]) -> LimitError:
    """The error for a counter that has no room for `asked` (in what it counts)."""
    limit = line.limit
    about = {"limit": limit.name, "standing": headers}
    who = f"{limit.of} '{line.subject.rpartition('/')[2]}'"
    if limit.budget:
        _, end = limit.window(now)
        until = (end - now) / SECOND if limit.law is Law.FIXED else None
        return InsufficientQuota(
            f"the budget '{limit.name}' of {who} has {amount(limit.quantity, max(line.cap(now) - level, 0))} left for "
            f"this {limit.period}, and this request may take {amount(limit.quantity, asked)}: "
            f"{'' if limit.quantity is Quantity.REQUESTS else 'ask for fewer tokens, or '}have the operator raise it",
            wait_s=until,
            **about,  # type: ignore[arg-type]
        )
    if limit.law is Law.HELD:
        return RateLimitExceeded(
            f"{who} has {limit.many} requests under way, as many as limit '{limit.name}' allows: wait until one ends",
            wait_s=1.0,
            **about,  # type: ignore[arg-type]
        )
    what = f"{limit.many} {RATED[limit.quantity]}"
    if asked > limit.cap:
        return RequestExceedsLimit(
            f"this request may take {limit.unscaled(asked)}, and limit '{limit.name}' of {who} allows {what} a "
            f"{limit.period}: send less, or lower max_tokens",
            **about,  # type: ignore[arg-type]
        )
    return RateLimitExceeded(
        f"limit '{limit.name}' of {who} allows {what} a {limit.period}: try again later",
        wait_s=(level + asked - limit.cap) / SECOND,
        **about,  # type: ignore[arg-type]
    )


def amount(quantity: Quantity, many: int) -> str:
    """An amount with its unit."""
    if quantity in MILLIONTHS:
        return f"{many / 1e6:.6g} {UNITS[quantity]}"
    return f"{many} {'request' if quantity is Quantity.REQUESTS else 'token'}{'' if many == 1 else 's'}"


def crossed(
    lines: Iterable[Line], used: Sequence[int], now: int, shares: Sequence[float], whole: float = 1.0
) -> list[tuple[Line, float, int]]:
    """The budgets of which a share is used, the highest share each, with what is used; from the share `whole` on it is
    all of it."""
    found = []
    for line, spent in zip(lines, used, strict=True):
        if line.limit.budget and spent:
            cap = line.cap(now)
            reached = [share for share in shares if spent >= min(share, whole) * cap]
            if reached:
                found.append((line, max(reached), spent))
    return found
