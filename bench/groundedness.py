"""How well unsupported sentences of grounded answers are told from supported ones, and what looking costs.

    python -m bench.groundedness --data ../shared/data

Two sets that nothing was set on: quotes that readers marked as answers in the project's frozen question set, beside the
passages they stand in (extracts), and sentences of people's answers in QMSum's test meetings beside the part of the
meeting that they rest on (free retellings of talk: the hardest case). Not supported are the same sentences with another
number, with another name, and sentences that other passages bear out. `--texts` names another folder with `texts/` and
`questions*.jsonl`.

Beside it stands what most guides do: the share of a sentence's words that the passages have.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from shoal.config.monitoring import Groundedness
from shoal.trust.monitoring.claims import Claims
from shoal.trust.monitoring.groundedness import bare, is_exempt
from shoal.trust.monitoring.support import Support
from shoal.tuning.grounded_examples import Example, from_meetings, from_texts

FROZEN = Path(__file__).parent / "data" / "answer" / "frozen"
MEETINGS = "small/Yale-LILY+QMSum/ALL__jsonl__test.jsonl"
KINDS = ("number", "name", "elsewhere")
DRAWS = 500
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Judged:
    """One example with its score, and that of the plain share of words."""

    example: Example
    score: float
    plain: float


def judge(examples: Sequence[Example]) -> tuple[list[Judged], int, float]:
    """The examples that are judged at all, how many are exempt, and CPU microseconds for each sentence."""
    sources: dict[int, Support] = {}
    found: list[Judged] = []
    begun = time.process_time()
    for each in examples:
        sentence = bare(each.sentence)
        claims = Claims.of(sentence)
        if is_exempt(sentence, claims):
            continue
        # Examples of one question share their passages.
        support = sources.setdefault(id(each.passages), Support(each.passages, each.question))
        found.append(Judged(each, support.recall(claims).score, 0.0))
    spent = (time.process_time() - begun) / len(examples) * 1e6
    return (
        [Judged(each.example, each.score, overlap(each.example)) for each in found],
        len(examples) - len(found),
        spent,
    )


def overlap(example: Example) -> float:
    """The peer: the share of the sentence's words that its passages have."""
    known = set(_WORD.findall(" ".join(passage.text for passage in example.passages).lower()))
    said = _WORD.findall(example.sentence.lower())
    return sum(word in known for word in said) / max(1, len(said))


def auc(judged: Sequence[Judged], *, plain: bool = False) -> tuple[float, float, float]:
    """The area under the curve, with its 95 % interval over groups drawn again and again."""
    groups = sorted({each.example.group for each in judged})
    rows = {group: [each for each in judged if each.example.group == group] for group in groups}
    chance = np.random.default_rng(0)
    drawn = [_auc([row for at in chance.integers(0, len(groups), len(groups)) for row in rows[groups[at]]], plain)
             for _ in range(DRAWS)]  # fmt: skip
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return _auc(judged, plain), float(low), float(high)


def _auc(judged: Sequence[Judged], plain: bool) -> float:
    labels = [each.example.supported for each in judged]
    if len(set(labels)) < 2:
        return float("nan")
    return float(roc_auc_score(labels, [each.plain if plain else each.score for each in judged]))


def show(name: str, examples: Sequence[Example]) -> None:
    """Prints one set's figures."""
    judged, exempt, spent = judge(examples)
    supported = [each for each in judged if each.example.supported]
    threshold = Groundedness().threshold
    groups = {each.example.group for each in judged}
    print(
        f"\n{name}: {len(judged)} sentences of {len(groups)} texts, {len(supported)} of them supported; {exempt} exempt"
    )
    print("AUC {:.3f} ({:.3f}-{:.3f})".format(*auc(judged)))
    print("  share of words alone: {:.3f} ({:.3f}-{:.3f})".format(*auc(judged, plain=True)))
    marked = sum(each.score < threshold for each in supported) / len(supported)
    print(f"supported, marked all the same at {threshold}: {marked:.1%}")
    for kind in KINDS:
        made = [each for each in judged if each.example.kind == kind]
        if made:
            found = sum(each.score < threshold for each in made) / len(made)
            print(
                f"not supported, {kind:9} {len(made):4}: AUC {_auc([*supported, *made], False):.3f}, marked {found:.1%}"
            )
    print(f"CPU {spent:.0f} µs for each sentence, reading the passages included")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public data sets")
    parser.add_argument("--texts", type=Path, default=FROZEN, help="a folder with texts/ and questions*.jsonl")
    options = parser.parse_args()
    show("documents", from_texts(options.texts))
    show("meetings (QMSum test)", from_meetings(options.data / MEETINGS))


if __name__ == "__main__":
    main()
