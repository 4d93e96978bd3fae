"""POST /v1/moderations in the OpenAI form: how harmful texts are, by category. It calls no model but the embedded
monitor, and keeps nothing of what was said.

OpenAI's categories stand beside Shoal's own. `hate`, `sexual`, `violence` and `illicit` are in both; others are made
of ours where these say enough. What no model here tells apart (minors, gore, intent and instructions of self-harm) has
score 0, and `category_applied_input_types` is empty for it: it was not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import urandom
from typing import TYPE_CHECKING, Any

import orjson
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import NotFound, RequestError
from shoal.exchange import House
from shoal.gateway.asgi import Hangup, headers_of, read_body_in_time, when_sent
from shoal.gateway.door import key_of
from shoal.gateway.envelope import JSON_TYPE, send_bytes
from shoal.gateway.openai_request import check_fields, read_json, read_options
from shoal.gateway.service import Service
from shoal.limits.services import MONITOR as MODEL
from shoal.trust.monitoring.texts import Scored, score_soon

if TYPE_CHECKING:
    from shoal.gateway.app import Limits

FIELDS = ("input", "model")
Scores = Mapping[str, float]


def _both(one: str, other: str) -> Callable[[Scores], float]:
    return lambda scores: min(scores.get(one, 0.0), scores.get(other, 0.0))


# OpenAI's names that are not Shoal's too, and what their scores are made of.
MADE_OF: Mapping[str, Callable[[Scores], float]] = {
    "harassment": lambda scores: max(scores.get("hate", 0.0), scores.get("identity_attack", 0.0)),
    "harassment/threatening": _both("hate", "violence"),
    "hate/threatening": _both("identity_attack", "violence"),
    "illicit/violent": _both("illicit", "violence"),
    "self-harm": lambda scores: scores.get("self_harm", 0.0),
}
# For each of them, the category of Shoal's whose threshold it is held to.
HELD_TO = {
    "harassment": ("hate", "identity_attack"),
    "harassment/threatening": ("hate", "violence"),
    "hate/threatening": ("identity_attack", "violence"),
    "illicit/violent": ("illicit", "violence"),
    "self-harm": ("self_harm",),
}
NOT_JUDGED = ("self-harm/instructions", "self-harm/intent", "sexual/minors", "violence/graphic")


class Moderations:
    """The endpoint. Any key may use it; the thresholds are those of its tenant."""

    def __init__(self, house: House, limits: Limits) -> None:
        self._house = house
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, limits = headers_of(scope), self._limits
        key = key_of(scope, self._house.identity)
        body = await read_body_in_time(scope, receive, limits.body_bytes, limits.body_s)
        texts = _read(read_json(body), limits.messages)
        step = self._house.monitoring
        if step is None:
            raise NotFound("this gateway has no monitor")
        service = Service(self._house, key, MODEL, texts, read_options(None, headers))
        with Hangup(receive):
            scored = await service.run(score_soon(step.monitor_of(key.tenant), texts))
        thresholds = step.rules(key.tenant).thresholds or step.monitor.thresholds
        await send_bytes(send, 200, _answer(scored, thresholds), [JSON_TYPE, *service.headers])
        when_sent(scope, service.delivered)


def _read(wire: Json, most: int) -> Sequence[str]:
    """The texts to judge. Raises RequestError that names the field."""
    check_fields(wire, FIELDS)
    if not isinstance(wire.get("model", MODEL), str | None):
        raise RequestError(f'must be a string; "{MODEL}" is the only model here', param="model")
    given = wire.get("input")
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        raise RequestError("must be a string, a list of strings, or a list of text parts", param="input")
    if len(given) > most:
        raise RequestError(f"{len(given)} inputs are more than {most}: send fewer", param="input")
    if all(isinstance(each, str) for each in given):
        return given
    # Parts make up one input together, as with OpenAI.
    return ["\n".join(map(_text, given))]


def _text(part: Any) -> str:
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    raise RequestError(
        'only text is judged here: send strings, or parts {"type": "text", "text": "..."}', param="input"
    )


def _answer(scored: Sequence[Scored], thresholds: Scores) -> bytes:
    results = [_result(each, thresholds) for each in scored]
    return orjson.dumps({"id": f"modr-{urandom(12).hex()}", "model": MODEL, "results": results})


def _result(scored: Scored, thresholds: Scores) -> Json:
    own = scored.scores
    over = set(scored.over(thresholds))
    scores = {**own, **{name: made(own) for name, made in MADE_OF.items()}, **dict.fromkeys(NOT_JUDGED, 0.0)}
    flags = {name: name in over for name in own}
    flags |= {name: _made_over(name, parts, over) for name, parts in HELD_TO.items()}
    flags |= dict.fromkeys(NOT_JUDGED, False)
    return {
        "flagged": bool(over),
        "categories": flags,
        "category_scores": {name: round(value, 6) for name, value in scores.items()},
        "category_applied_input_types": {name: [] if name in NOT_JUDGED else ["text"] for name in scores},
    }


def _made_over(name: str, parts: Sequence[str], over: set[str]) -> bool:
    """Harassment needs one of its parts, what is made of two needs both."""
    return any(part in over for part in parts) if name == "harassment" else all(part in over for part in parts)
