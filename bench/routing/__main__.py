"""Prints the figures of routing: `python -m bench.routing --data PATH [--labels FILE] [PART ...]`.

`--data` is the folder with the public data sets; `--labels` a file of labels of one's own (JSON Lines), on which the
same is printed with the model of the best mean score as the reference. Splits are drawn by seed; settings of the router
were chosen with other seeds (100 to 102) than those reported (0 to 4).
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.routing import sets
from bench.routing.deciding import deciding
from bench.routing.metrics import Pair, aiq, arena_score, pair_metrics, random_pair
from shoal.routing.certificate import Trial, certified
from shoal.routing.certify import Aim, certify
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.value import ValueModel

SEEDS = range(5)
TRAIN = 1_500
CALIBRATION = 1_000
RESAMPLES = 200
ALPHA, DELTA = 0.05, 0.1
FEATURES = AskFeatures()


def wish(model: ValueModel, held: Labels) -> np.ndarray:
    """(N,) how much better the last model is expected to be than the first."""
    good = model.values(FEATURES.of(held.asks), held.groups).good
    return np.asarray(good[:, -1] - good[:, 0])


def split(labels: Labels, seed: int, train: int) -> tuple[Labels, Labels]:
    """So many labels at random, and the others."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return labels.taken(order[:train]), labels.taken(order[train:])


def row(name: str, pairs: list[Pair], published: str = "") -> None:
    """A line of RouteLLM's figures: the mean over splits and the standard deviation of APGR."""
    means = [statistics.fmean(getattr(pair, each) for pair in pairs) for each in ("apgr", "cpt50", "cpt80")]
    spread = statistics.stdev(pair.apgr for pair in pairs) if len(pairs) > 1 else 0.0
    print(f"  {name:<44} {means[0]:.3f} ±{spread:.3f}  {means[1]:6.2f}  {means[2]:6.2f}   {published}")


def pair_table(labels: Labels, train: int) -> list[Pair]:
    """Random splits of labels of two models."""
    found = []
    for seed in SEEDS:
        own, held = split(labels, seed, train)
        found.append(pair_metrics(wish(ValueModel.fit(own, FEATURES), held), held.scores[:, 0], held.scores[:, -1]))
    return found


def folds(labels: Labels, count: int, seed: int) -> Pair:
    """Out-of-fold wishes of all asks, as one curve."""
    order = np.array_split(np.random.default_rng(seed).permutation(len(labels)), count)
    wishes = np.zeros(len(labels))
    for at, held in enumerate(order):
        own = np.concatenate([fold for other, fold in enumerate(order) if other != at])
        wishes[held] = wish(ValueModel.fit(labels.taken(own), FEATURES), labels.taken(held))
    return pair_metrics(wishes, labels.scores[:, 0], labels.scores[:, -1])


def lengths(labels: Labels) -> Pair:
    """The wish is the prompt's length."""
    return pair_metrics(np.array([float(len(ask)) for ask in labels.asks]), labels.scores[:, 0], labels.scores[:, -1])


def chance(labels: Labels) -> list[Pair]:
    """Random choices."""
    return [random_pair(labels.scores[:, 0], labels.scores[:, -1], seed) for seed in SEEDS]


def routellm(data: Path) -> None:
    """RouteLLM's three benchmarks with its metric."""
    mmlu, gsm8k, mt_bench = sets.mmlu(data), sets.gsm8k(data), sets.mt_bench(data)
    print(f"RouteLLM: {sets.SMALL} and {sets.LARGE}; decontaminated; 10 quantiles of thresholds")
    print(f"  {'':<44} {'APGR':<12}  CPT50   CPT80   to beat (APGR; CPT50 / CPT80)")
    for train, known in ((500, ".608"), (TRAIN, ".603; 35.40 / 70.31 (published), .621"), (5_000, ".641")):
        row(f"MMLU ({len(mmlu)} asks), {train} labels, seeds 0-4", pair_table(mmlu, train), known)
    row("MMLU, by chance", chance(mmlu))
    row("MMLU, by length alone", [lengths(mmlu)])
    row("MMLU, a fifth of the subjects left out, 1,500", left_out(mmlu), ".554")
    row(f"GSM8K ({len(gsm8k)} asks), 5 folds, seeds 0-4", [folds(gsm8k, 5, seed) for seed in SEEDS], ".622 (published)")
    row("GSM8K, by length alone", [lengths(gsm8k)], ".597")
    row(f"MT-Bench ({len(mt_bench)} asks), 5 folds, seeds 0-4", [folds(mt_bench, 5, seed) for seed in SEEDS], ".802")
    row("MT-Bench, by chance", chance(mt_bench))
    elsewhere = pair_metrics(wish(ValueModel.fit(mmlu, FEATURES), gsm8k), gsm8k.scores[:, 0], gsm8k.scores[:, -1])
    row("GSM8K, learned from MMLU (another domain)", [elsewhere], ".515 (near chance)")


def left_out(labels: Labels) -> list[Pair]:
    """A fifth of the subjects is held out; 1,500 labels of the others are learned from."""
    subjects = sorted({group["subject"] for group in labels.groups})
    found = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        away = set(generator.permutation(subjects)[: len(subjects) // 5].tolist())
        out = np.array([group["subject"] in away for group in labels.groups])
        own = labels.taken(generator.permutation(np.flatnonzero(~out))[:TRAIN])
        held = labels.taken(np.flatnonzero(out))
        found.append(pair_metrics(wish(ValueModel.fit(own, FEATURES), held), held.scores[:, 0], held.scores[:, -1]))
    return found


def certificates(labels: Labels) -> None:
    """How often a certificate is violated over resamples, and how much goes to smaller models."""
    violations, shares = [], []
    for seed in range(RESAMPLES):
        generator = np.random.default_rng(seed)
        if seed % (RESAMPLES // len(SEEDS)) == 0:
            own, held = split(labels, seed, TRAIN)
            found = ValueModel.fit(own, FEATURES).values(FEATURES.of(held.asks), held.groups)
            loss = held.scores[:, -1:] - held.scores[:, :-1]
            trial = Trial(found.good[:, -1:] - found.good[:, :-1], loss, found.foreign)
        calibration = np.zeros(len(held), bool)
        calibration[generator.permutation(len(held))[:CALIBRATION]] = True
        segment = certified(trial.taken(calibration), ALPHA, DELTA)
        rest = trial.taken(~calibration)
        violations.append(segment is not None and rest.lost(segment.threshold, 0.0).mean() > ALPHA)
        shares.append(rest.routed(segment.threshold).mean() if segment is not None else 0.0)
    print(
        f"Certificates: alpha {ALPHA}, delta {DELTA}, {CALIBRATION} calibration rows, {RESAMPLES} resamples: violated "
        f"{100 * statistics.fmean(violations):.1f} % (10 % at most), share to the small model "
        f"{100 * statistics.fmean(shares):.1f} % (27.5 % known)"
    )


def foreign(data: Path) -> None:
    """What of other traffic is taken for foreign by a router that learned from MMLU."""
    mmlu = sets.mmlu(data)
    print("Foreign traffic, learned from 1,500 asks of MMLU: taken for foreign (aim: 90 %; of MMLU 20 % at most)")
    own, held = split(mmlu, 0, TRAIN)
    model = ValueModel.fit(own, FEATURES)
    for name, asks in {"MMLU, held out": list(held.asks), **sets.foreign(data)}.items():
        found = model.values(FEATURES.of(asks), [{}] * len(asks)).foreign
        print(f"  {name:<20} {100 * found.mean():5.1f} % of {len(asks)}")


def tables(data: Path) -> None:
    """Nine models: accuracy at the price of the 8B class, AIQ and RouterArena's score; five splits anew."""
    labels, prices = sets.llm_router(data)
    models = [model for model in labels.models if model in prices]
    known = labels.of(models)
    price = np.array([prices[model] for model in models])
    cheap = float(np.median(sorted(price)[:5]))
    print(
        f"LLMRouter ({len(known)} asks once each, {len(models)} models), fitted on 70 %; prices in USD per 1e6 tokens"
    )
    curves, singles, atprice, paid, free, least, best = [], [], [], [], [], [], []
    for seed in SEEDS:
        own, held = split(known, seed, round(0.7 * len(known)))
        good = ValueModel.fit(own, FEATURES).values(FEATURES.of(held.asks), held.groups).good
        trades = np.concatenate([[0.0], np.geomspace(0.001, 10, 200)]) / price.max()
        costs, scores = np.array([spent(good, held.scores, price, trade) for trade in trades]).T
        alone = held.scores.mean(axis=0)
        curves.append((aiq(costs, scores, price.min(), price.max()), aiq(price, alone, price.min(), price.max())))
        singles.append((alone.max(), alone[price <= cheap].max()))
        cost, score = spent(good, held.scores, price, trade_for(good, price, cheap))
        atprice.append(score)
        paid.append(cost)
        free.append((costs[0], scores[0]))
        least.append(costs[scores >= alone.max()].min(initial=price[alone.argmax()]))
        best.append(spent(held.scores, held.scores, price, trade_for(held.scores, price, cheap))[1])
    mean = np.mean(curves, axis=0)
    print(f"  AIQ: router {mean[0]:.3f}, single models {mean[1]:.3f}")
    large, small = np.mean(singles, axis=0)
    print(
        f"  accuracy at a mean price of {cheap:.2f} (8B class): router {np.mean(atprice):.3f} at {np.mean(paid):.3f}, "
        f"best single model at that price {small:.3f}, at any price {large:.3f}; with all scores known "
        f"{np.mean(best):.3f}"
    )
    at, score = np.mean(free, axis=0)
    print(
        f"  at any price the router gets {score:.3f} for {at:.2f}; the best single model's {large:.3f} it reaches for "
        f"{np.mean(least):.2f} instead of {price[alone.argmax()]:.2f}"
    )
    print(f"  RouterArena's formula at 1,000 tokens an ask: {arena_score(float(np.mean(atprice)), cheap):.3f}")


def spent(good: np.ndarray, scores: np.ndarray, price: np.ndarray, trade: float) -> tuple[float, float]:
    """Mean price and mean score where each ask goes to the model of the best `good - trade * price`."""
    best = (good - trade * price).argmax(axis=1)
    return float(price[best].mean()), float(scores[np.arange(len(best)), best].mean())


def trade_for(good: np.ndarray, price: np.ndarray, most: float) -> float:
    """The least Lagrangian multiplier at which the mean price is at most `most`, by bisection. It needs no score."""
    low, high = 0.0, 100.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if spent(good, good, price, middle)[0] > most else (low, middle)
    return high


def speed() -> None:
    """A refit on 100,000 labels; a whole decision of eight models on a 2 kB prompt. Beside the clock the CPU time
    counts, since others may share the machine."""
    words = [f"w{at % 997}{'abcdefgh'[at % 8]}" for at in range(400)]
    generator = np.random.default_rng(0)
    asks = [" ".join(generator.choice(words, 60)) for _ in range(100_000)]
    scores = (generator.random((len(asks), 2)) < 0.7).astype(float)
    begun = time.process_time()
    labels = sets.labels(("small", "large"), list(zip(asks, scores.tolist(), strict=True)), [{}] * len(asks))
    model = ValueModel.fit(labels, FEATURES)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"Refit on 100,000 labels of 60 words: {time.process_time() - begun:.0f} CPU-s, peak {peak:.1f} GB (60 s, 2 GB)"
    )
    for at in range(6):
        anchors = sets.labels((f"m{at}",), [(ask, [1.0]) for ask in asks[:200]], [{}] * 200)
        model = model.joined(f"m{at}", anchors, FEATURES)
    prompt = " ".join(generator.choice(words, 400))[:2000]
    deciding(model, prompt)


def own_labels(path: Path) -> None:
    """The same on labels from elsewhere: what `shoal route certify` would say of them."""
    labels = sets.given(path).complete()
    order = np.argsort(labels.scores.mean(axis=0), kind="stable")
    ranked = labels.of([labels.models[at] for at in order])
    *small, reference = ranked.models
    pair = ranked.of([small[0], reference])
    row(f"{path.name} ({len(ranked)} asks), 5 folds", [folds(pair, 5, seed) for seed in SEEDS])
    row("by chance", chance(pair))
    _, finding = certify(ranked, reference, small, Aim(ALPHA, DELTA), features=FEATURES)
    print(
        f"  {finding.recommendation} (router {finding.router:.3f}, chance {finding.chance:.3f}, alone {finding.alone})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help="routellm, certificates, foreign, tables, speed; all if none")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--labels", type=Path, help="labels of your own, JSON Lines")
    options = parser.parse_args()
    if options.labels is not None:
        own_labels(options.labels)
        return
    parts: dict[str, Callable[[], None]] = {
        "routellm": lambda: routellm(options.data),
        "certificates": lambda: certificates(sets.mmlu(options.data)),
        "foreign": lambda: foreign(options.data),
        "tables": lambda: tables(options.data),
        "speed": speed,
    }
    for name in options.parts or parts:
        parts[name]()


if __name__ == "__main__":
    main()
