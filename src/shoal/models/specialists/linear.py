"""Linear n-gram classifier: text to class scores with int8 weights in numpy; it knows nothing of chats or cards.

Features are words, pairs of words at most REACH apart, and character 2-5-grams within words. Each of the two blocks
(words, characters) is a sublinear tf-idf vector of length 1: (1 + ln tf) * idf, as in scikit-learn's TfidfVectorizer
(`sublinear_tf`, `smooth_idf`). Scores are one matrix product; only the rows of the features at hand are read, so the
cost is linear in the text's length.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.errors import WeightsError
from shoal.models.specialists.words import PLACEHOLDER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MAX_CHARS = 8_000
REACH = 8
LENGTHS = (2, 3, 4, 5)
MODEL_FILE = "model.safetensors"
FORM_FILE = "model.json"

_WORD = re.compile(r"\w+|[?!%$£€]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))(?: there| all| team)?[\s,.!:;-]+)+"
)


def normalize(text: str) -> str:
    """NFKC, lower case, straight apostrophes, of placeholders the type, no greeting in front of further words; the
    first MAX_CHARS only."""
    named = PLACEHOLDER.sub(r" \1 ", text[:MAX_CHARS])
    plain = unicodedata.normalize("NFKC", named).lower().translate(_QUOTES).strip()
    rest = plain[found.end() :] if (found := _GREETING.match(plain)) else plain
    return rest if rest.count(" ") >= 2 else plain


def word_grams(words: list[str]) -> list[str]:
    """Words, pairs of neighbours ("a b"), and pairs with up to REACH - 1 words between them ("a_c")."""
    grams = [*words, *(f"{first} {second}" for first, second in pairwise(words))]
    for gap in range(2, min(REACH + 1, len(words))):
        grams += [f"{first}_{second}" for first, second in zip(words, words[gap:], strict=False)]
    return grams


def char_grams(words: list[str]) -> list[str]:
    """Runs of 2 to 5 characters within each word, which is bounded by a space on both sides."""
    bounded = [f" {word} " for word in words]
    return [word[at : at + length] for word in bounded for length in LENGTHS for at in range(len(word) - length + 1)]


def features(text: str) -> tuple[Counter[str], Counter[str]]:
    """Counts of the word grams and of the character grams of a text."""
    words = _WORD.findall(normalize(text))
    return Counter(word_grams(words)), Counter(char_grams(words))


@dataclass(frozen=True, slots=True)
class Linear:
    """A loaded classifier over K classes and V features.

    `vocabularies` maps each block's grams to rows; `idf` (V,); `weights` int8 (V, K), true value = weights * `scale`
    (V, 1); `bias` (K,). `form` is the content of model.json: labels, calibration, thresholds.
    """

    labels: tuple[str, ...]
    vocabularies: tuple[dict[str, int], ...] = field(repr=False)
    idf: Floats = field(repr=False)
    weights: NDArray[np.int8] = field(repr=False)
    scale: Floats = field(repr=False)
    bias: Floats = field(repr=False)
    form: dict[str, Any] = field(repr=False)

    def scores(self, text: str) -> Floats:
        """(K,) scores of a text; the bias alone where no feature is known."""
        import numpy as np

        total = self.bias.copy()
        for vocabulary, counts in zip(self.vocabularies, features(text), strict=True):
            known = {row: count for gram, count in counts.items() if (row := vocabulary.get(gram)) is not None}
            if not known:
                continue
            rows = np.fromiter(known, dtype=np.intp, count=len(known))
            tf = np.fromiter(known.values(), dtype=np.float32, count=len(known))
            values = (1 + np.log(tf)) * self.idf[rows]
            values *= self.scale[rows] / np.sqrt(values @ values)
            total += values @ self.weights[rows].astype(np.float32)
        return total

    def probabilities(self, scores: Floats) -> Floats:
        """(K,) calibrated probabilities: softmax(scores / temperature) (Guo et al. 2017, temperature scaling)."""
        import numpy as np

        raised = np.exp((scores - scores.max()) / np.float32(self.form["temperature"]))
        return np.asarray(raised / raised.sum())


def load_linear(folder: Path) -> Linear:
    """Reads model.json and model.safetensors. Raises WeightsError where one is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        form = json.loads((folder / FORM_FILE).read_bytes())
        held = load_file(folder / MODEL_FILE)
        grams = tuple(held[name].tobytes().decode().split("\n") for name in ("word_grams", "char_grams"))
        shift = len(grams[0])
        return Linear(
            tuple(form["labels"]),
            tuple(
                {gram: row + at for row, gram in enumerate(block)} for block, at in zip(grams, (0, shift), strict=True)
            ),
            held["idf"],
            held["weights"],
            held["scale"],
            held["bias"],
            form,
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise WeightsError(
            f"the weights in '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again, or "
            "train them with python -m shoal.tuning.triage"
        ) from error
