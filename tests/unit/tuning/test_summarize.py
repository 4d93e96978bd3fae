"""Training of `shoal/summarize`: what a sentence is worth; and the figures on QMSum where the data is there."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.models.specialists.answer import Reader
from shoal.models.specialists.salience import FEATURES, lines, read
from shoal.tuning.summarize import Task, f1, gains, lead, quality, ridge, transcript

MEETING = {
    "meeting_transcripts": [
        {"speaker": "Rosa", "content": "Good morning everybody , um , nice to see you ."},
        {"speaker": "Tomas", "content": "The supplier raises the fee for map data in autumn ."},
        {"speaker": "Priya", "content": "So we limit the map views of the basic plan ."},
        {"speaker": "Rosa", "content": "Fine , see you next week ."},
    ]
}


@pytest.fixture(scope="module")
def task() -> Task:
    found = lines(transcript(MEETING))
    return Task(found, read(found, Reader().lexicon), "map data", "The supplier of map data raises the fee in autumn.")


def test_a_sentence_is_worth_what_it_shares_with_the_summary(task: Task) -> None:
    assert gains(task).argmax() == 1


def test_ridge_prefers_what_the_summaries_rest_on(task: Task) -> None:
    lexicon = Reader().lexicon
    weights = ridge([task] * 40, lexicon)
    assert weights.shape == (len(FEATURES),)
    assert weights[FEATURES.index("asked_own")] > 0
    assert quality(task, weights, 0.1, lexicon) > 0


def test_f1_of_words_and_pairs() -> None:
    # words: 2 of 3 and 2 of 2, so 0.8; pairs: 1 of 2 and 1 of 1, so 2/3
    assert f1("a b c", "a b") == pytest.approx((0.8 + 2 / 3) / 2)
    assert f1("", "a") == 0.0


def test_lead_is_the_beginning(task: Task) -> None:
    assert 0 < lead(task) < 1
    assert np.isfinite(lead(task))
