"""The extension points, all on this page. A plug-in is a module named in `[plugins] modules`; no other is loaded,
because plug-ins sit in the way of personal data."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

import pluggy

from shoal.call import Model
from shoal.config import Settings
from shoal.errors import ConfigError

specification = pluggy.HookspecMarker("shoal")
extension = pluggy.HookimplMarker("shoal")
"""The decorator that a plug-in puts on its functions: `@shoal.plugins.extension`."""


class Extensions:
    """What a plug-in may define."""

    @specification
    def shoal_models(self, settings: Settings) -> Iterable[Model]:
        """More models, under the names on their cards. They get the inner ring like all others."""
        return ()

    @specification
    def shoal_recognizers(self, settings: Settings) -> Iterable[Any]:
        """More recognizers of personal data, beside those that come with Shoal. Each has a `name`, the entity `types`
        that it may find, and `find(texts)`, which gives for each text its entities (`Recognizer` in
        `trust/masking/entity.py`; this page imports no domain package, hence Any). One that raises refuses the
        request."""
        return ()

    @specification
    def shoal_monitors(self, settings: Settings) -> Iterable[Any]:
        """More monitors of harmful text, beside the one that comes with Shoal: the higher score of a category counts.
        Each has `thresholds`, `scores(texts)` and `held(text)` (`Monitor` in `trust/monitoring/seam.py`). One that
        raises refuses the request where monitoring is enforced."""
        return ()


def load(modules: Iterable[str]) -> pluggy.PluginManager:
    """Loads the named modules. Raises ConfigError where one cannot be imported."""
    found = pluggy.PluginManager("shoal")
    found.add_hookspecs(Extensions)
    for name in modules:
        try:
            found.register(importlib.import_module(name), name)
        except (ImportError, TypeError, ValueError) as error:
            raise ConfigError(
                f"plugins.modules: '{name}' cannot be imported ({error}): install it or take it out"
            ) from None
    found.check_pending()
    return found
