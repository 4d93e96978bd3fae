"""Files of `shoal rightsize`: names that are told apart by signs alone have files of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from shoal.cli.rightsize_files import files_by_model
from shoal.routing.rightsize.report import Report


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["shoal/triage-banking"], ["shoal-triage-banking.json"]),
        (["small.v1", "small-v1", "small v1"], ["small-v1.json", "small-v1-2.json", "small-v1-3.json"]),
        (["模型甲", "模型乙"], ["family.json", "family-2.json"]),
    ],
)
def test_each_model_has_a_certificate_file_of_its_own(names: list[str], files: list[str]) -> None:
    report = cast(Report, SimpleNamespace(certificates=dict.fromkeys(names)))
    assert files_by_model(report) == dict(zip(names, files, strict=True))
