"""Context words in many spellings and scripts."""

from __future__ import annotations

import pytest

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.scan import PatternScanner


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("инн", "инн 123456"),
        ("инн", "ИНН 123456"),
        ("αφμ", "ΑΦΜ: 123456"),
        ("αφμ", "αφμ: 123456"),
        ("αριθμός ταυτότητας", "Αριθμός Ταυτότητας 123456"),
        ("número fiscal", "NUMERO FISCAL 123456"),
        ("fødselsnummer", "Fødselsnummer 123456"),
        ("codice fiscale", '{"codice_fiscale": "123456"}'),
        ("codice fiscale", '{"codiceFiscale": "123456"}'),
        ("codice fiscale", "codice-fiscale=123456"),
        ("steuer-id", "Steuer ID 123456"),
        ("nif", "NIF nº123456"),
        ("инн", "ИНН №123456"),
    ],
)
def test_a_context_word_is_found_in_either_case_and_script(word: str, text: str) -> None:
    looked_for = Patterns("x", "X", "none", forms=("999999",), context=(word,), score=0.1)
    assert [each.score for each in PatternScanner((looked_for,)).find([text])[0]] == [0.9]
