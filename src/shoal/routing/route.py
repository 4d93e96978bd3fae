"""A route at rest: a folder with the value model (safetensors) and its certificate (JSON). It decides nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from shoal.errors import ConfigError
from shoal.routing.certificate import Certificate
from shoal.routing.design import WIDTH, Scales
from shoal.routing.features import SURFACE
from shoal.routing.foreign import Foreign
from shoal.routing.grams import GramWeights
from shoal.routing.tables import Tables
from shoal.routing.value import ValueModel, beside
from shoal.text.ngrams import FORMAT, ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.grams import Held

    Tensors = dict[str, NDArray[np.generic]]

MODEL_FILE = "value.safetensors"
CERTIFICATE_FILE = "certificate.json"
GRAMS = ("held", "grams", "scale", "places")


@dataclass(frozen=True, slots=True)
class Route:
    """A value model and what it may be used for."""

    value: ValueModel
    certificate: Certificate

    def save(self, folder: Path) -> Certificate:
        """Writes both files; the certificate last, so that a half-written route is none, and bound to the weights: as
        it was written it is returned. Raises ConfigError where the folder cannot be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / CERTIFICATE_FILE).unlink(missing_ok=True)
            body = save(tensors(self.value), metadata=described(self.value))
            (folder / MODEL_FILE).write_bytes(body)
            certificate = replace(self.certificate, weights=hashlib.sha256(body).hexdigest())
            (folder / CERTIFICATE_FILE).write_text(certificate.to_json() + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"the route cannot be written to {folder} ({error.strerror})") from None
        return certificate

    @classmethod
    def load(cls, folder: Path) -> Route:
        """Raises ConfigError where a file is missing, damaged or of another version, or the certificate is of another
        value model."""
        try:
            file = folder / CERTIFICATE_FILE
            certificate = Certificate.from_json(file.read_text(encoding="utf-8"), f"{file}: ")
            with safe_open(folder / MODEL_FILE, framework="numpy") as held:
                about = held.metadata()
                if about.get("features") != FORMAT:
                    raise ValueError("the features are of another version")
                value = value_of({name: held.get_tensor(name) for name in held.keys()}, about)  # noqa: SIM118
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ConfigError(
                f"the route in {folder} is missing or damaged ({type(error).__name__}): make it anew with 'shoal route "
                "certify', or leave routing.route out"
            ) from None
        if certificate.weights not in (None, _digest(folder / MODEL_FILE)):
            raise ConfigError(
                f"the certificate in {folder} is of another value model than the one beside it: put its own there, or "
                "make both anew with 'shoal route certify'"
            )
        missing = {certificate.reference, *certificate.models} - set(value.models)
        if missing:
            raise ConfigError(f"the route in {folder} knows nothing of {', '.join(sorted(missing))}: make it anew")
        return cls(value, certificate)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def described(value: ValueModel) -> dict[str, str]:
    """What of a value model is no number."""
    effects = {level: sorted(known) for level, known in value.tables.effects.items()}
    told = json.dumps(value.foreign.told)
    return {"features": FORMAT, "models": json.dumps(value.models), "effects": json.dumps(effects), "told": told}


def tensors(value: ValueModel) -> Tensors:
    """The numbers of a value model."""
    found: Tensors = {
        "idf": value.scales.idf,
        "middle": value.scales.middle,
        "spread": value.scales.spread,
        "waves": value.scales.waves,
        "grams": value.grams.held,
        "scale": value.grams.scale,
        "places": value.grams.places,
        "surface": np.ascontiguousarray(value.surface),
        "mean": value.tables.mean,
        "lengths": value.lengths,
        "rarity": value.foreign.rarity,
        "usual": value.foreign.middle,
        "precision": value.foreign.precision,
        "ranks": value.foreign.ranks,
        "threshold": np.array([value.foreign.threshold]),
    }
    for level, known in value.tables.effects.items():
        found[f"effects.{level}"] = np.array([known[name] for name in sorted(known)])
    return {name: np.ascontiguousarray(each) for name, each in found.items()}


def value_of(found: Tensors, about: dict[str, str]) -> ValueModel:
    """The value model of these numbers. Raises ValueError or KeyError where they are not of its form."""
    models = tuple(str(name) for name in json.loads(about["models"]))
    groups = json.loads(about["effects"])
    columns = 2 * len(models)
    given = _grams(found, columns)
    shapes = {"surface": (WIDTH - ROWS, columns), "mean": (len(models),)}
    if any(found[name].shape != shape for name, shape in shapes.items()) or found["middle"].shape != (len(SURFACE),):
        raise ValueError("the weights have another shape")
    effects = {
        level: dict(zip(names, np.asarray(found[f"effects.{level}"], np.float64), strict=True))
        for level, names in groups.items()
    }
    slim = ("idf", "rarity")
    left_out = (*slim, *GRAMS)
    doubles = {name: np.asarray(each, np.float64) for name, each in found.items() if name not in left_out}
    floats = {name: np.asarray(found[name], np.float32) for name in slim}
    scales = Scales(floats["idf"], doubles["middle"], doubles["spread"], doubles["waves"])
    usual = doubles["usual"], doubles["precision"], doubles["ranks"], float(doubles["threshold"][0])
    # Routes of before do not say what their labels told.
    foreign = Foreign(floats["rarity"], *usual, tuple(str(mark) for mark in json.loads(about.get("told", "[]"))))
    return ValueModel(
        models,
        scales,
        GramWeights(*given, columns, beside(scales, foreign)),
        doubles["surface"],
        Tables(doubles["mean"], effects),
        doubles["lengths"],
        foreign,
    )


def _grams(found: Tensors, columns: int) -> tuple[Held, NDArray[np.float32], NDArray[np.int64]]:
    """The weights by n-gram, their scales and their columns. Raises ValueError or KeyError where they do not fit."""
    if "held" in found:  # of before, in four bytes each
        held = np.ascontiguousarray(found["held"][:, :-2], np.float32)
        if held.shape != (ROWS, columns):
            raise ValueError("the weights have another shape")
        return held, np.ones(columns, np.float32), np.arange(columns)
    grams, scale, places = found["grams"], found["scale"], found["places"]
    if grams.dtype != np.int8 or grams.shape != (ROWS, len(places)) or scale.shape != places.shape:
        raise ValueError("the weights have another shape")
    if len(places) and not 0 <= places.min() <= places.max() < columns:
        raise ValueError("the weights are of other columns")
    return np.asarray(grams, np.int8), np.asarray(scale, np.float32), np.asarray(places, np.int64)
