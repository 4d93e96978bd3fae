"""Sentences of texts and dialogues, and their features."""

from __future__ import annotations

import numpy as np

from shoal.models.specialists.answer import Reader
from shoal.models.specialists.salience import FEATURES, features, lines, read

DIALOGUE = """Rosa: Good morning. The fee rises by 18 % in autumn.
Tomas: um , that is a lot .
and more will come.
Priya: We decided to cap the map views.
Tomas: Fine."""


def test_lines_of_a_dialogue_know_who_speaks_and_where_they_stand() -> None:
    found = lines(DIALOGUE)
    assert [line.speaker for line in found] == ["Rosa", "Rosa", "Tomas", "Tomas", "Priya", "Tomas"]
    assert all(DIALOGUE[line.start : line.end] == line.text for line in found)
    assert found[3].text == "and more will come."


def test_prose_with_a_colon_is_no_dialogue() -> None:
    found = lines("Note: it rains. It pours.\nNothing else happens here.\nReally nothing.\nThat is all.")
    assert {line.speaker for line in found} == {""}


def test_features_are_finite_and_say_what_is_asked_about() -> None:
    lexicon = Reader().lexicon
    reading = read(lines(DIALOGUE), lexicon)
    rows = features(reading, "price increase of the fee", lexicon)
    assert rows.shape == (6, len(FEATURES))
    assert np.isfinite(rows).all()
    assert rows[:, FEATURES.index("asked_own")].argmax() == 1
    plain = features(reading, "", lexicon)
    assert not plain[:, FEATURES.index("asked") :].any()


def test_a_text_without_a_known_word_is_taken() -> None:
    lexicon = Reader().lexicon
    assert np.isfinite(features(read(lines("??? !!!"), lexicon), "why", lexicon)).all()
