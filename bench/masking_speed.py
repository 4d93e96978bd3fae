"""How fast masking is: CPU ms per kB for each tier at 1, 8 and 64 kB, what a detector weighs, and Presidio beside it.

    python -m bench.masking_speed [--data ../shared/data] [--file FILE] [--peers-venv PATH] [--repeats 5]

The texts are those of synth_dataset_v2 (English), of `bench/data/pii_texts.json` (12 languages, an entity every 90
bytes), and prose without personal data (the project's own documentation), each joined and cut to size. `--file` takes
any other text file or labelled file. CPU is that of the process (user and system), the best of the repeats; each reads
another part of the text, so that nothing comes from memory, after one reading that is not counted. A kB is 1,024 bytes
of UTF-8. "Hostile" are texts made to be slow: they must stay linear.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.masking_quality import OWN, SYNTHETIC, TIERS
from bench.presidio_scores import presidio
from bench.process import ROOT, sample
from shoal.errors import WeightsError
from shoal.trust.masking.detect import builtin_detector
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.evaluation import read_labelled

Find = Callable[[Sequence[str]], list[list[Entity]]]

SIZES = (1, 8, 64)
KB = 1024
PEER_LOADS = 3
HOSTILE = {
    "digits": "1234567890",
    "digits and blanks": "4111 1111 ",
    "letters and digits": "a1b2c3d4 ",
    "at signs": "a@b.c@d.e@",
    "dots": "a.b.c.d.e.",
    "names": "Jane Doe and ",
    "open brackets": "([{<",
    "bearer bearer": "password: bearer ",
}


@dataclass(frozen=True)
class Corpus:
    """A text of at least one size, and what it is."""

    name: str
    text: str

    def cuts(self, size: int, count: int) -> list[str]:
        """`count` different parts of `size` bytes (of UTF-8, to the character)."""
        raw = self.text.encode()
        while len(raw) < size + count:
            raw += b"\n" + raw
        step = (len(raw) - size) // count
        return [raw[at * step : at * step + size].decode(errors="ignore") for at in range(count)]


def corpora(data: Path, file: Path | None) -> list[Corpus]:
    """What is there of the texts; `file` instead of them all where it is given."""
    if file is not None:
        joined = _joined(file) if file.suffix == ".json" else file.read_text(encoding="utf-8")
        return [Corpus(file.name, joined)]
    pages = sorted((ROOT / "docs").rglob("*.md"))
    prose = Corpus("prose", "\n".join(page.read_text(encoding="utf-8") for page in pages))
    found = [prose, Corpus("12 languages", _joined(OWN))]
    synthetic = data / SYNTHETIC
    if synthetic.exists():
        found.append(Corpus("synth_dataset_v2", _joined(synthetic)))
    return found


def _joined(file: Path) -> str:
    return "\n".join(row.text for row in read_labelled(file))


def ms_per_kb(find: Find, texts: Sequence[str]) -> float:
    """The best over the texts."""
    best = float("inf")
    for text in texts:
        begun = time.process_time()
        find([text])
        best = min(best, (time.process_time() - begun) * 1000 / (len(text.encode()) / KB))
    return best


def print_speeds(name: str, find: Find, found: Sequence[Corpus], repeats: int) -> None:
    for corpus in found:
        ms_per_kb(find, corpus.cuts(SIZES[-1] * KB - 7, 1))  # what is made at first use
        cells = [ms_per_kb(find, corpus.cuts(size * KB, repeats)) for size in SIZES]
        print(f"{name:<10} {corpus.name:<18}" + "".join(f"{cell:>10.3f}" for cell in cells))


def print_hostile(name: str, find: Find) -> None:
    """CPU ms per kB at 16 and 256 kB: the ratio is 1 where it is linear."""
    for what, unit in HOSTILE.items():
        small, large = (ms_per_kb(find, [(unit * (size * KB // len(unit) + 1))[: size * KB]]) for size in (16, 256))
        print(f"{name:<10} {what:<20}{small:>10.3f}{large:>10.3f}{large / small:>8.2f}")


def print_peer(venv: Path, found: Sequence[Corpus]) -> None:
    """The peer's figures for the same texts, the best of PEER_LOADS; its loading is not counted."""
    peer = presidio(venv)
    if peer is None:
        print(f"Presidio   not installed in {venv.name} (--peers-venv)")
        return
    how = ""
    for corpus in found:
        cells = []
        for size in SIZES:
            texts = corpus.cuts(size * KB, PEER_LOADS)
            how, times = peer.times([texts[0][:KB], *texts])
            cells.append(min(s * 1000 / (len(t.encode()) / KB) for s, t in zip(times[1:], texts, strict=True)))
        print(f"{'Presidio':<10} {corpus.name:<18}" + "".join(f"{cell:>10.3f}" for cell in cells))
    print(f"           {how}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--file", type=Path, help="a text, or a labelled file, instead")
    parser.add_argument("--peers-venv", type=Path, default=ROOT / ".venv-peers")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    found = corpora(args.data, args.file)
    print(f"CPU ms per kB{'':<16}" + "".join(f"{f'{size} kB':>10}" for size in SIZES))
    finds: dict[str, Find] = {}
    weights: dict[str, dict[str, float]] = {}
    for tier in TIERS:
        before = sample(os.getpid())
        begun = time.process_time()
        try:
            detector = builtin_detector(tier)
        except WeightsError as error:
            print(f"{tier:<10} not measured: {error.message}")
            continue
        detector.find(["Jane Doe, jane.doe@example.com, +44 20 7946 0958"])
        after = sample(os.getpid())
        rss = after.rss_mb - before.rss_mb if before and after else float("nan")
        weights[tier] = {"load CPU s": round(time.process_time() - begun, 3), "RSS MB more": round(rss, 1)}
        finds[tier] = detector.find
        print_speeds(tier, detector.find, found, args.repeats)
    print_peer(args.peers_venv, found)
    print(f"\nhostile texts: CPU ms per kB{'':<3}{'16 kB':>9}{'256 kB':>10}   ratio")
    for tier, find in finds.items():
        print_hostile(tier, find)
    print("\n" + json.dumps(weights))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
