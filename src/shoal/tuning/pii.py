"""Trains the token classifier for personal data: `python -m shoal.tuning.pii --data PATH --out DIR [--tier fast|full]`.

Makes texts from templates and Faker, adds the labelled corpora under --data, trains for --minutes, chooses the
temperature on one half of the held-out templates and prints every figure on the other half.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.models.specialists.cards import CARD_FILE
from shoal.trust.masking.classifier import MODEL_FILE, TokenClassifier
from shoal.trust.masking.tokens import build_tables
from shoal.tuning.pii_card import prose
from shoal.tuning.pii_corpora import TEST_FILES, read_corpora, read_questions
from shoal.tuning.pii_data import Maker, Template, read_pools, read_templates
from shoal.tuning.pii_fill import Filled
from shoal.tuning.pii_network import SIZES, export
from shoal.tuning.pii_report import alarm_rate, best_temperature, measure, table, variants
from shoal.tuning.pii_training import pack, train

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.chat import Json
    from shoal.tuning.pii_report import Tally
    from shoal.tuning.pii_values import Pool

SEED = 7
# Against O, in nats: more finds more in natural text and blurs the ends of what it finds. Chosen on
# bench/data/pii_texts.json.
BIAS = 0.5
TEST_TEXTS = 4000
CORE_WATTS = {"low": 5.0, "expected": 10.0, "high": 20.0}
CORPUS_TYPES = ("PERSON", "LOCATION", "ORGANIZATION")


@dataclass(frozen=True, slots=True)
class Held:
    """Held-out texts: `chosen_on` for the temperature, `measured_on` for the figures."""

    chosen_on: list[Filled]
    measured_on: list[Filled]


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def held_texts(templates: Sequence[Template], pools: Sequence[Pool], count: int) -> Held:
    """Texts of held-out templates and names; the two halves share no template. Half are English."""
    maker = Maker(templates, pools, None, testing=True)
    rng = random.Random(SEED + 1)
    halves: tuple[list[Filled], list[Filled]] = ([], [])
    for _ in range(count):
        made = maker.filled("en" if rng.random() < 0.5 else rng.choice(maker.languages), rng)
        halves[sum(made.template.encode()) % 2].append(made)
    return Held(*halves)


def report(classifier: TokenClassifier, held: Sequence[Filled], data: Path) -> Json:
    """Prints and returns all figures: by type, by case, by language, and on the corpora's own test files."""
    by_case = {name: measure(classifier, [change(made) for made in held]) for name, change in variants().items()}
    languages = sorted({made.language for made in held})
    by_language = {
        language: measure(classifier, [made for made in held if made.language == language]) for language in languages
    }
    corpora = {name: read_corpora(data, [(name, path)]) for name, path in TEST_FILES}
    by_corpus = {name: measure(classifier, texts, CORPUS_TYPES) for name, texts in corpora.items() if texts}
    say(table(by_case["as written"]))
    for name, tallies in [*by_case.items(), *by_language.items(), *by_corpus.items()]:
        say(f"{name:12} {table({'any': tallies['any']})}")
    alarms = round(alarm_rate(classifier, read_questions(data)), 4)
    say(f"share of words found in Banking77 test, which names next to nobody: {alarms}")
    return {
        "by_type": _figures(by_case["as written"]),
        "by_case": {name: tallies["any"].figures() for name, tallies in by_case.items()},
        "by_language": {name: tallies["any"].figures() for name, tallies in by_language.items()},
        "corpora": {name: _figures(tallies) for name, tallies in by_corpus.items()},
        "share_of_words_found_in_banking77_test": alarms,
    }


def _figures(tallies: dict[str, Tally]) -> Json:
    return {name: tally.figures() for name, tally in tallies.items() if tally.right + tally.missed}


def write_card(folder: Path, tier: str, cpu_s: float, training: Json, held_out: Json | None) -> None:
    """Writes card.json."""
    now = datetime.now(UTC)
    card = {
        "name": f"shoal/pii-{tier}",
        "kind": "specialist",
        "size_mb": round((folder / MODEL_FILE).stat().st_size / 1e6, 2) if (folder / MODEL_FILE).exists() else 0.0,
        "created": int(now.timestamp()),
        **prose(tier),
        "version": "1",
        "date": now.date().isoformat(),
        "trained_by": f"python -m shoal.tuning.pii --tier {tier}",
        "training": {
            **training,
            "cpu_s": round(cpu_s, 1),
            "energy_wh": {name: round(cpu_s * watts / 3600, 3) for name, watts in CORE_WATTS.items()},
            "energy_method": "CPU seconds, making of texts included, earlier tries left out, times an assumed "
            "5 / 10 / 20 W per busy core",
        },
    }
    if held_out:
        card["held_out"] = held_out
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def finish(arrays: dict[str, NDArray[np.float32]], tier: str, folder: Path, held: Held) -> TokenClassifier:
    """Exports the network with the temperature that suits the held-out texts best."""
    export(arrays, SIZES[tier], folder, 0.0, 1.0)
    write_card(folder, tier, 0.0, {}, None)
    mixed = [change(made) for change in variants().values() for made in held.chosen_on[:: len(variants())]]
    temperature = best_temperature(TokenClassifier(folder), mixed)
    export(arrays, SIZES[tier], folder, BIAS, temperature)
    say(f"bias {BIAS}, temperature {temperature}")
    return TokenClassifier(folder)


def earlier_cpu_s(start: Path | None) -> float:
    """CPU seconds that the model to go on from has cost, as its card says."""
    if start is None:
        return 0.0
    return float(json.loads((start / CARD_FILE).read_bytes())["training"]["cpu_s"])


def main() -> None:
    """Trains one tier."""
    parser = argparse.ArgumentParser(description="Trains the token classifier for personal data.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights"), help="folder for pii-TIER/...")
    parser.add_argument("--tier", choices=sorted(SIZES), default="fast")
    parser.add_argument("--minutes", type=float, default=30, help="time for training alone")
    parser.add_argument("--texts", type=int, default=400_000, help="training texts to make")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--draws", type=int, default=1500, help="values to draw per list and locale")
    parser.add_argument("--start", type=Path, help="folder of a model of this tier to go on from")
    chosen = parser.parse_args()
    import torch  # type: ignore[import-not-found,unused-ignore]

    torch.set_num_threads(chosen.threads)
    begun, size, seed = time.process_time(), SIZES[chosen.tier], SEED + (100 if chosen.start else 0)
    templates, pools = read_templates(), read_pools(draws=chosen.draws)
    maker = Maker(templates, pools, chosen.data, testing=False)
    packed = pack(maker, chosen.texts, size, build_tables(), random.Random(seed))
    training = {"texts": chosen.texts, "tokens": int((packed.bits != 0).sum()), "minutes": chosen.minutes}
    say(json.dumps(training))
    arrays = train(packed, size, chosen.minutes * 60, seed, say, chosen.start)
    cpu_s = time.process_time() - begun + earlier_cpu_s(chosen.start)
    folder = chosen.out / f"pii-{chosen.tier}"
    held = held_texts(templates, pools, TEST_TEXTS)
    classifier = finish(arrays, chosen.tier, folder, held)
    write_card(folder, chosen.tier, cpu_s, training, report(classifier, held.measured_on, chosen.data))


if __name__ == "__main__":
    main()
