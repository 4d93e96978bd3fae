"""Stop words: lower case, whole words, and none that names a thing."""

from shoal.grounding.words import STOP_WORDS


def test_stop_words_are_words() -> None:
    assert all(word.isalpha() and word == word.lower() for word in STOP_WORDS)
    assert not STOP_WORDS & {"not", "no", "key", "host", "add", "name", "cost", "long", "many"}
