"""Labelled files: what is read, and what a wrong file is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shoal.errors import RequestError
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.labelled import LABELLER, LabelledText, read_labelled

SECRET = "Zebedee"


def span(start: object = 3, end: object = 10, kind: object = "PERSON", **more: object) -> dict[str, object]:
    return {"entity_type": kind, "start_position": start, "end_position": end, **more}


def read(folder: Path, content: object) -> list[LabelledText]:
    path = folder / "texts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_labelled(path)


def test_a_file_is_read_with_its_labels_in_order(tmp_path: Path) -> None:
    rows = [
        {
            "full_text": f"Hi {SECRET} of Łódź",
            "masked": "ignored",
            "language": "en",
            "kind": "chat",
            "spans": [span(14, 18, "GPE", entity_value="Łódź"), span(entity_value=SECRET)],
        },
        {"full_text": "Nothing.", "spans": [], "language": None},
    ]
    person, place = Entity("PERSON", 3, 10, 1.0, LABELLER), Entity("GPE", 14, 18, 1.0, LABELLER)
    assert read(tmp_path, rows) == [
        LabelledText(f"Hi {SECRET} of Łódź", (person, place), "en", "chat"),
        LabelledText("Nothing."),
    ]


def test_a_text_is_not_in_its_repr(tmp_path: Path) -> None:
    assert SECRET not in repr(read(tmp_path, [{"full_text": f"Hi {SECRET}", "spans": [span()]}]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[{"full_text": ', "no JSON (line 1, column"),
        ({"full_text": "x", "spans": []}, "must be a list"),
        ([], "at least one"),
        (["text"], 'row 1 must be an object with a string "full_text"'),
        ([{"text": "x"}], '"full_text"'),
        ([{"full_text": 5, "spans": []}], '"full_text"'),
        ([{"full_text": "x"}], 'row 1: "spans" must be a list'),
        ([{"full_text": "x", "spans": []}, {"full_text": "y", "spans": {}}], "row 2:"),
        ([{"full_text": f"Hi {SECRET}", "spans": ["PERSON"]}], "row 1, span 1: it must be an object"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(kind="")]}], '"entity_type"'),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(kind=None)]}], '"entity_type"'),
        ([{"full_text": f"Hi {SECRET}", "spans": [span("3")]}], "whole numbers"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(True)]}], "whole numbers"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(end=11)]}], "3 to 11 lies outside the text of 10 characters"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(-1)]}], "outside"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(3, 3)]}], "empty"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(entity_value="Hi")]}], "code points, not bytes"),
        ([{"full_text": f"Hi {SECRET}", "spans": [span(), span(9)]}], "row 1: two spans overlap"),
    ],
)
def test_a_wrong_file_is_told_what_to_mend(tmp_path: Path, content: object, told: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(tmp_path, content)
    assert told in caught.value.message
    assert SECRET not in caught.value.message
    assert caught.value.param == "file"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_labelled(tmp_path / "absent.json")
