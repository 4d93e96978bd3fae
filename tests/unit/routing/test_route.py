"""A route at rest: what is read is what was written; damage is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.certify import Aim, certify
from shoal.routing.features import AskFeatures
from shoal.routing.route import CERTIFICATE_FILE, MODEL_FILE, Route
from tests.unit.routing.labelled import labels

FEATURES = AskFeatures()


@pytest.fixture(scope="module")
def route() -> Route:
    return certify(labels(600), "large", ["small"], Aim(alpha=0.1, level="tag"), features=FEATURES)[0]


def test_what_is_read_is_what_was_written(route: Route, tmp_path: Path) -> None:
    written = route.save(tmp_path / "r")
    read = Route.load(tmp_path / "r")
    assert read.certificate == written
    assert written == replace(route.certificate, weights=written.weights)
    asks, groups = labels(20, 7).asks, labels(20, 7).groups
    one, other = (each.value.values(FEATURES.of(asks), groups) for each in (route, read))
    assert np.array_equal(one.good, other.good)
    assert np.array_equal(one.tokens, other.tokens)
    assert np.array_equal(one.foreign, other.foreign)
    assert read.value.foreign.told == route.value.foreign.told == ("tag topic", "tag")


@pytest.mark.parametrize("name", [MODEL_FILE, CERTIFICATE_FILE])
@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_damage_is_said(route: Route, tmp_path: Path, name: str, content: bytes | None) -> None:
    route.save(tmp_path)
    file = tmp_path / name
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(ConfigError, match="shoal route certify") as caught:
        Route.load(tmp_path)
    assert str(tmp_path) in caught.value.message


def test_a_certificate_of_another_model_is_said(route: Route, tmp_path: Path) -> None:
    route.save(tmp_path)
    file = tmp_path / CERTIFICATE_FILE
    file.write_text(file.read_text().replace('"small"', '"other"'))
    with pytest.raises(ConfigError, match="knows nothing of other"):
        Route.load(tmp_path)


def test_a_certificate_holds_for_the_weights_that_it_was_made_of(route: Route, tmp_path: Path) -> None:
    other = certify(labels(600, 5), "large", ["small"], Aim(alpha=0.1, level="tag"), features=FEATURES)[0]
    for name, each in (("one", route), ("other", other)):
        each.save(tmp_path / name)
    (tmp_path / "other" / CERTIFICATE_FILE).write_bytes((tmp_path / "one" / CERTIFICATE_FILE).read_bytes())
    with pytest.raises(ConfigError, match="of another value model"):
        Route.load(tmp_path / "other")
    file = tmp_path / "one" / CERTIFICATE_FILE
    before = {name: each for name, each in json.loads(file.read_text()).items() if name != "weights"}
    file.write_text(json.dumps(before))
    assert Route.load(tmp_path / "one").certificate.weights is None, "made before certificates named their weights"


def test_a_folder_that_cannot_be_written(route: Route, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        route.save(tmp_path / "file" / "r")
