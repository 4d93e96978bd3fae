"""Whether every value comes back: mask, cut into random pieces, unmask, compare; and what a piece costs.

    python -m bench.masking_round_trip [--streams 100000] [--data PATH] [--seed 1]

Texts and entities are those of `bench/data/pii_texts.json`, of synth_dataset_v2 where `--data` is the folder with the
public data sets, or of `--data FILE` in the same form. A third of the streams mask random spans instead, and a fifth
have hostile text mixed in: what looks like placeholders, escapes, brackets. A stream is one reply: quoted texts of one
to three turns; server-sent events cut between any two bytes; the arguments of a tool; arguments with JSON in strings in
JSON; content that is JSON. One in ten uses surrogates. Where a text has a value inside a URL, its placeholder stays
there by design: then all the rest must come back, and the placeholder must be the right one.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from bench.masking_quality import OWN, SYNTHETIC
from shoal.models.hosts.sse import EventStream
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.evaluation import LabelledText, read_labelled
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.surrogates import SHAPES
from shoal.trust.masking.vault import Vault

HOSTILE = (
    *("<PERSON_k7f3m2qa>", "\\u003cEMAIL_ADDRESS_a2345672\\u003e", "&lt;person_k7f3m2qa&gt;", "%3CPERSON_k7f3m2qa%3E"),
    *("\\<PERSON\\_k7f3m2qa\\>", "<", "<PERSON_", "\\", "\\\\", '"', "{", '["', "}", "</", "&lt;", "\\u00", "%3"),
    *("\x00", "\u2028"),
)
PIECE_SIZES = (1, 4, 16, 64)


class Inner(list[Any]):
    """A part of a structure that is written as JSON inside a string."""


@dataclass(frozen=True)
class Said:
    """One text of a stream: as it was, and masked."""

    plain: str
    masked: str


@dataclass(frozen=True)
class Reply:
    """What a model says, and how to tell whether what came out of it is right."""

    text: str
    is_json: bool
    is_right: Callable[[str, Vault], bool]


@dataclass
class Result:
    """Counts of all streams; `cpu_s` is spent in masking and unmasking alone."""

    streams: Counter[str]
    kept_in_urls: int = 0
    pieces: int = 0
    unmask_cpu_s: float = 0.0
    masked_kb: float = 0.0
    mask_cpu_s: float = 0.0
    entities: int = 0


def chosen(dice: random.Random, texts: Sequence[LabelledText]) -> tuple[str, list[Entity]]:
    """A text with what is to be masked in it."""
    labelled = dice.choice(texts)
    text, entities = labelled.text, list(labelled.labels)
    if dice.random() < 0.2:
        for _ in range(dice.randint(1, 3)):
            text, entities = with_hostile(dice, text, entities)
    if dice.random() < 0.33:
        types = [each.type for each in entities] or ["PERSON"]
        edges = sorted(dice.sample(range(len(text) + 1), min(len(text), 2 * dice.randint(1, 4)) // 2 * 2))
        pairs = zip(edges[::2], edges[1::2], strict=True)
        entities = [Entity(dice.choice(types), low, high, 1.0, "random") for low, high in pairs]
    return text, entities


def with_hostile(dice: random.Random, text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Something hostile put in, outside the entities."""
    ends = [0, *(each.end for each in entities)]
    at = dice.choice(ends)
    more = dice.choice(HOSTILE)
    moved = [
        Entity(each.type, each.start + len(more), each.end + len(more), each.score, each.recognizer)
        if each.start >= at
        else each
        for each in entities
    ]
    return text[:at] + more + text[at:], moved


def settled(text: str, vault: Vault) -> str:
    """The text with the placeholders that stayed replaced, wherever they stand."""
    wire = vault.values.to_map()
    for token, entry in {**wire["placeholders"], **wire["surrogates"]}.items():
        text = text.replace(token, entry["text"])
    return text


def same(out: str, plain: str, vault: Vault) -> bool:
    """Equal, or where both are JSON, in what they say; what stayed in a URL counts as what it stands for."""
    return out == plain or as_read(out) == as_read(plain) or settled(out, vault) == plain


def as_read(text: str) -> object:
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else text
    except ValueError:
        return text


def quoted(dice: random.Random, said: Sequence[Said]) -> Reply:
    order = [dice.choice(said) for _ in range(dice.randint(1, 4))]
    plain = "\n".join(each.plain for each in order)
    return Reply("\n".join(each.masked for each in order), False, lambda out, vault: same(out, plain, vault))


def structured(dice: random.Random, said: Sequence[Said], depth: int, is_json: bool) -> Reply:
    shape = structure(dice, len(said), depth)
    text = json.dumps(
        filled(shape, [each.masked for each in said]),
        ensure_ascii=dice.random() < 0.5,
        indent=dice.choice([None, None, 1]),
        separators=dice.choice([None, (",", ":")]),
    )
    if dice.random() < 0.2:
        text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    plain = [each.plain for each in said]
    return Reply(text, is_json, lambda out, vault: fits(shape, json.loads(out), plain, vault))


def structure(dice: random.Random, leaves: int, depth: int) -> Any:
    """A JSON structure whose leaves are the numbers of texts; an `Inner` is written as a string, `depth` deep."""
    members: list[Any] = [at for at in range(leaves)] + [None, True]
    dice.shuffle(members)
    if depth:
        members.append(Inner([structure(dice, leaves, depth - 1)]))
    return {f"field {at}": each for at, each in enumerate(members)} if dice.random() < 0.6 else members


def filled(shape: Any, texts: Sequence[str]) -> Any:
    if isinstance(shape, Inner):
        return json.dumps(filled(shape[0], texts), ensure_ascii=False)
    if isinstance(shape, dict):
        return {name: filled(each, texts) for name, each in shape.items()}
    if isinstance(shape, list):
        return [filled(each, texts) for each in shape]
    return texts[shape] if isinstance(shape, int) and not isinstance(shape, bool) else shape


def fits(shape: Any, value: Any, texts: Sequence[str], vault: Vault) -> bool:
    """Whether the value has this shape and says these texts."""
    if isinstance(shape, Inner):
        return fits(shape[0], json.loads(value), texts, vault)
    if isinstance(shape, dict):
        return shape.keys() == value.keys() and all(fits(shape[name], value[name], texts, vault) for name in shape)
    if isinstance(shape, list):
        pairs = zip(shape, value, strict=True)
        return len(shape) == len(value) and all(fits(inner, each, texts, vault) for inner, each in pairs)
    if isinstance(shape, int) and not isinstance(shape, bool):
        return same(value, texts[shape], vault)
    return bool(shape == value)


KINDS: dict[str, Callable[[random.Random, Sequence[Said]], Reply]] = {
    "content": quoted,
    "events cut between bytes": quoted,
    "arguments": lambda dice, said: structured(dice, said, 0, True),
    "arguments, JSON in JSON": lambda dice, said: structured(dice, said, dice.randint(1, 2), True),
    "content that is JSON": lambda dice, said: structured(dice, said, dice.randint(0, 1), False),
}


def cut(dice: random.Random, length: int) -> list[int]:
    """Where to cut: pieces of 1 to 2n - 1, n the same in one stream."""
    size = dice.choice(PIECE_SIZES)
    edges = [0]
    while edges[-1] < length:
        edges.append(min(length, edges[-1] + dice.randint(1, 2 * size - 1)))
    return edges


def pieces_of(dice: random.Random, text: str, as_events: bool) -> list[str]:
    edges = cut(dice, len(text))
    pieces = [text[low:high] for low, high in pairwise(edges)]
    if not as_events:
        return pieces
    wire = b"".join(b"data: " + orjson.dumps(piece) + b"\n\n" for piece in pieces)
    edges, events = cut(dice, len(wire)), EventStream()
    chunks = (wire[low:high] for low, high in pairwise(edges))
    return [orjson.loads(data) for chunk in chunks for data in events.feed(chunk)]


def run(seed: int, texts: Sequence[LabelledText], result: Result) -> bool:
    """One stream; whether everything came back."""
    dice = random.Random(seed)
    surrogates = frozenset(SHAPES) if dice.random() < 0.1 else frozenset()
    vault = Vault(Scope(seed.to_bytes(16, "big")), surrogates, hints=dice.random() < 0.2)
    kind = dice.choice(tuple(KINDS))
    turns = [chosen(dice, texts) for _ in range(dice.randint(1, 3))]
    begun = time.process_time()
    said = [Said(text, vault.mask(text, entities)) for text, entities in turns]
    result.mask_cpu_s += time.process_time() - begun
    result.masked_kb += sum(len(text) for text, _ in turns) / 1000
    result.entities += sum(len(entities) for _, entities in turns)
    reply = KINDS[kind](dice, said)
    pieces = pieces_of(dice, reply.text, kind.startswith("events"))
    unmasker = vault.streamer(is_json=reply.is_json)
    begun = time.process_time()
    out = [unmasker.feed(piece) for piece in pieces]
    out.append(unmasker.close())
    result.unmask_cpu_s += time.process_time() - begun
    result.pieces += len(pieces)
    result.streams[kind] += 1
    result.kept_in_urls += vault.withheld > 0
    try:
        return reply.is_right("".join(out), vault)
    except ValueError:
        return False


def labelled(data: Path | None) -> list[LabelledText]:
    """The texts to use."""
    if data is not None and data.is_file():
        return read_labelled(data)
    more = data / SYNTHETIC if data else None
    return [*read_labelled(OWN), *(read_labelled(more) if more and more.is_file() else ())]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Masks, cuts, unmasks and compares.")
    parser.add_argument("--streams", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="the public data sets, or one file of labelled texts")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first stream; each has its own")
    options = parser.parse_args(arguments)
    texts = labelled(options.data)
    result, wrong = Result(Counter()), []
    for seed in range(options.seed, options.seed + options.streams):
        if not run(seed, texts, result):
            wrong.append(seed)
    print(f"{len(texts)} texts; seeds {options.seed} to {options.seed + options.streams - 1}")
    for kind, count in sorted(result.streams.items()):
        print(f"  {kind:28} {count:8,}")
    print(f"  {'a value kept out of a URL':28} {result.kept_in_urls:8,}")
    print(f"streams {options.streams:,}, mismatches {len(wrong)}")
    print(f"unmasking: {result.pieces:,} pieces, CPU {result.unmask_cpu_s / max(result.pieces, 1) * 1e6:.1f} µs each")
    print(
        f"masking with known entities: {result.entities:,} entities in {result.masked_kb:,.0f} kB, "
        f"CPU {result.mask_cpu_s / max(result.masked_kb, 1) * 1e3:.3f} ms per kB"
    )
    if wrong:
        print(f"wrong seeds: {', '.join(map(str, wrong[:20]))}{', ...' if len(wrong) > 20 else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
