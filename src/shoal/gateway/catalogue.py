"""GET /v1/models and /v1/models/{id}: what there is to call, with the cards. It knows cards, not models."""

from __future__ import annotations

from dataclasses import asdict

from starlette.types import Receive, Scope, Send

from shoal.call import ModelCard
from shoal.chat import Json
from shoal.errors import PermissionDenied, UnknownModel
from shoal.exchange import House
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_json
from shoal.identity import Key


def card_wire(card: ModelCard) -> Json:
    """The OpenAI model object, with the card under `shoal`."""
    known = {name: value for name, value in asdict(card).items() if value not in (None, (), {}) and name != "created"}
    owner = "shoal" if card.kind != "host" else card.host
    return {"id": card.name, "object": "model", "created": card.created, "owned_by": owner, "shoal": known}


def _may(key: Key, name: str) -> bool:
    try:
        key.admit_model(name)
    except PermissionDenied:
        return False
    return True


class Models:
    """Both endpoints: the list, or one model where the path names it. A key sees what it may use."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope, self._house.identity)
        name = scope.get("path_params", {}).get("id")
        if name is None:
            cards = [card for card in self._house.models.cards() if _may(key, card.name)]
            await send_json(send, 200, {"object": "list", "data": [card_wire(card) for card in cards]})
            return
        if not _may(key, name):
            raise UnknownModel(f"model '{name[:100]}' is not one that this key may use", param="model")
        model, _ = self._house.models.find(name)
        await send_json(send, 200, card_wire(model.card))
