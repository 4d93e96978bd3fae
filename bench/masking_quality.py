"""How good masking is: precision, recall and F2 of what each tier finds in labelled texts.

    python -m bench.masking_quality [--data ../shared/data] [--file FILE] [--tier patterns|fast|full]

The texts are synth_dataset_v2 of presidio-research, which nothing was trained or tuned on, and
`bench/data/pii_texts.json`, 200 texts in 12 languages written by hand before any rule was read. Another 100 by hand,
`bench/data/pii_texts_second.json`, were written when the rules and weights were all but final; nobody looked at what is
missed in it. `--file` takes another file of that form instead. The measure is Presidio's: spans at an intersection over
union of 0.75, any type ("PII") and per type; and tokens one by one. Where presidio-evaluator is installed in
`--peers-venv`, it scores the same findings with its own tokens, which is the figure to hold against published ones, and
Presidio's own findings stand beside them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.presidio_scores import Peer, presidio
from bench.process import ROOT
from shoal.errors import ShoalError
from shoal.trust.masking.detect import builtin_detector
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.evaluation import Evaluation, LabelledText, Score, evaluate, read_labelled

Find = Callable[[Sequence[str]], list[list[Entity]]]

TIERS = ("patterns", "fast", "full")
OWN = Path(__file__).parent / "data" / "pii_texts.json"
SECOND = OWN.with_name("pii_texts_second.json")
SYNTHETIC = Path("trust/microsoft+presidio-research/data/synth_dataset_v2.json")
PUBLISHED = (
    "published by presidio-research for synth_dataset_v2: F2 .618 (default), .845 (customised, transformer);\n"
    "its notebook 5 prints .903 since May 2026 without types that are labelled nowhere, which here count as wrong"
)
EXACT = ("CREDIT_CARD", "IBAN_CODE", "EMAIL_ADDRESS", "US_SSN", "IP_ADDRESS")
NOTHING = "nothing"


@dataclass(frozen=True)
class Finder:
    """Something that finds entities, with the name of its column."""

    name: str
    find: Find


@dataclass(frozen=True)
class Found:
    """What a finder found in texts, and how it scores."""

    name: str
    entities: list[list[Entity]]
    evaluation: Evaluation


def lower(text: str) -> str:
    """In small letters, of the same length: what would grow stays."""
    return "".join(small if len(small := each.lower()) == 1 else each for each in text)


def upper(text: str) -> str:
    """In capitals, of the same length: what would grow stays."""
    return "".join(big if len(big := each.upper()) == 1 else each for each in text)


def run(finder: Finder, texts: Sequence[LabelledText]) -> Found:
    entities = finder.find([each.text for each in texts])
    return Found(finder.name, entities, evaluate(texts, entities))


def share(value: float | None) -> str:
    return "    -" if value is None else f"{value:5.3f}"


def shares(score: Score) -> str:
    """Precision, recall and F2."""
    return f"{share(score.precision)} {share(score.recall)} {share(score.f2)}"


def print_tiers(finders: Sequence[Finder], texts: Sequence[LabelledText], found: Sequence[Found]) -> None:
    """Any type, as the texts are and in other letters."""
    print(f"{'PII, P R F2':28} {'spans':17}   {'tokens':17}   {'lower, spans':17}   UPPER, spans")
    for finder, each in zip(finders, found, strict=True):
        cases = [run(finder, [replace(text, text=case(text.text)) for text in texts]) for case in (lower, upper)]
        scores = [each.evaluation.spans, each.evaluation.tokens, *(case.evaluation.spans for case in cases)]
        print(f"{each.name:28}", "   ".join(map(shares, scores)))


def print_exact(found: Sequence[Found]) -> None:
    print(f"\n{'recall / precision':28}", "   ".join(f"{name:13}" for name in EXACT))
    for each in found:
        scores = [each.evaluation.types.get(name, Score()) for name in EXACT]
        cells = (f"{share(score.recall)} / {share(score.precision)}" for score in scores)
        print(f"{each.name:28}", "   ".join(cells))


def print_types(found: Sequence[Found]) -> None:
    """Every type that is labelled; then, in one line, what was found of types that are labelled nowhere."""
    counts = {name: score.labelled for each in found for name, score in each.evaluation.types.items()}
    names = sorted((name for name, count in counts.items() if count), key=lambda name: (-counts[name], name))
    print(f"\n{'per type, spans, P R F2':28} {'labels':>6}   {'   '.join(f'{each.name:17.17}' for each in found)}")
    for name in names:
        scores = [each.evaluation.types.get(name, Score()) for each in found]
        print(f"{name:28} {counts[name]:6}   {'   '.join(map(shares, scores))}")
    for each in found:
        others = {name: score.predicted for name, score in each.evaluation.types.items() if not counts.get(name)}
        told = ", ".join(f"{name} {count}" for name, count in sorted(others.items(), key=lambda item: -item[1]))
        print(f"{each.name}: found where no such type is labelled: {told or 'nothing'}")


def print_groups(title: str, texts: Sequence[LabelledText], found: Sequence[Found], names: Sequence[str]) -> None:
    """Any type, for each language or kind of text; `names` says of each text which."""
    groups = sorted(set(names), key=lambda name: (-names.count(name), name))
    if groups == [""]:
        return
    print(f"\n{f'PII per {title}, P R F2':28} {'texts':>6}   {'   '.join(f'{each.name:17.17}' for each in found)}")
    for group in groups:
        places = [at for at, name in enumerate(names) if name == group]
        scores = [evaluate([texts[at] for at in places], [each.entities[at] for at in places]).spans for each in found]
        print(f"{group:28} {len(places):6}   {'   '.join(map(shares, scores))}")


def print_silence(texts: Sequence[LabelledText], found: Sequence[Found]) -> None:
    """How often something is found where there is nothing."""
    places = [at for at, text in enumerate(texts) if not text.labels]
    if not places:
        return
    print(f"\n{len(places)} texts without personal data; something is found in")
    for each in found:
        loud = [at for at in places if each.entities[at]]
        kinds = sorted({entity.type for at in loud for entity in each.entities[at]})
        print(f"{each.name:28} {len(loud)} of them ({sum(len(each.entities[at]) for at in loud)}: {', '.join(kinds)})")


def print_file(path: Path, finders: Sequence[Finder], peer: Peer | None) -> None:
    texts = read_labelled(path)
    print(f"\n--- {path.name}: {len(texts)} texts, {sum(len(each.labels) for each in texts)} labels")
    finders = [*finders, *presidio_finder(peer, texts)]
    found = [run(finder, texts) for finder in finders]
    print_tiers(finders, texts, found)
    if path.name == SYNTHETIC.name:
        print(PUBLISHED)
    if peer:
        for each in found:
            print(peer.agreement(each.name, texts, each.entities))
    print_exact(found)
    print_types(found)
    print_groups("language", texts, found, [each.language for each in texts])
    print_groups("kind", texts, found, [each.kind for each in texts])
    print_silence(texts, found)


def presidio_finder(peer: Peer | None, texts: Sequence[LabelledText]) -> Iterable[Finder]:
    """Presidio itself, asked once so that its name says what it has."""
    if peer:
        how = peer.find([texts[0].text])[0]
        print(f"Presidio: {how}, as it comes, English")
        yield Finder("Presidio", lambda given: peer.find(given)[1])


def tiers(names: Iterable[str]) -> list[Finder]:
    """The detectors whose weights are there."""
    found = []
    for name in names:
        try:
            found.append(Finder(name, builtin_detector(tier=name).find))
        except ShoalError as error:
            print(f"{name}: not measured: {error}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--file", type=Path, help="another labelled file, instead of the three")
    parser.add_argument("--tier", choices=TIERS, help="this one only")
    parser.add_argument("--peers-venv", type=Path, default=ROOT / ".venv-peers", help="where Presidio is installed")
    options = parser.parse_args()
    files = [options.file] if options.file else [options.data / SYNTHETIC, OWN, SECOND]
    peer = presidio(options.peers_venv)
    if not peer:
        print("Presidio is not installed (--peers-venv): only Shoal is measured, by Shoal's own tokens")
    finders = tiers([options.tier] if options.tier else TIERS)
    for path in files:
        if path.exists() or options.file:
            print_file(path, finders, peer)
        else:
            print(f"\n{path.name} is absent (--data): not measured")


if __name__ == "__main__":
    try:
        main()
    except ShoalError as error:
        raise SystemExit(str(error)) from error
