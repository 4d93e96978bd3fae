"""Cards of embedded models: reads `weights/NAME/card.json` into a ModelCard; it loads no weights."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from shoal.call import ModelCard
from shoal.errors import WeightsError

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
CARD_FILE = "card.json"

_FIELDS = frozenset(field.name for field in fields(ModelCard)) - {"price", "facts"}


def load_card(folder: Path) -> ModelCard:
    """The card of the model in `folder`: fields of ModelCard by their names, all other entries under `facts`.

    Raises WeightsError where the file is missing or is not a card.
    """
    try:
        held = json.loads((folder / CARD_FILE).read_bytes())
        known = {name: value for name, value in held.items() if name in _FIELDS}
        known["tags"] = tuple(known.get("tags", ()))
        rest = {name: value for name, value in held.items() if name not in _FIELDS}
        return ModelCard(**known, facts=rest)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"the card of '{folder.name}' is missing or damaged ({type(error).__name__}): install Shoal again"
        ) from error
