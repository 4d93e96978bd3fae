"""Words: splits text into words, brings inflected English forms to one stem; it does not know what words mean."""

from __future__ import annotations

import re

WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?", re.UNICODE)
# What stands for personal data: its random end says nothing, and differs from request to request.
PLACEHOLDER = re.compile(r"<([A-Z][A-Z0-9_]*)_(?=[a-z]*[2-7])[a-z2-7]{8,52}(?:[.:][a-z0-9]+)*>")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
VOWEL = re.compile(r"[aeiouy]")

# Words that carry no topic; question words among them are read as an answer's type before.
_STOP = """
a an the this that these those some any each every both either neither such no nor not only own same so than too very
just also i me my mine myself we us our ours ourselves you your yours yourself he him his she her hers it its itself
they them their theirs themselves one ones someone somebody something anyone anybody anything everyone everybody
everything who whom whose which what when where why how whether if then else and or but because as until while of at
by for with about against between into through during before after above below to from up down in out on off over
under again further once here there all am is are was were be been being have has had having do does did doing done
will would shall should can could may might must ought need let get gets got getting please tell say says said know
want wants wanted like i'm i've i'd i'll don't doesn't didn't can't cannot couldn't won't isn't aren't wasn't weren't
it's that's what's there's who's where's how's you're we're they're many much lot lots still even ever yet already now
per via within without upon onto mean means happen happens possible able really actually exactly thanks thank hi hello
ok okay
"""
STOP_WORDS = frozenset(_STOP.split())


def words(text: str) -> list[str]:
    """The words of `text` in lower case; identifiers are split at `_` and at humps, `10,000` becomes `10000`, of a
    placeholder its type counts."""
    if "<" in text:
        text = PLACEHOLDER.sub(r" \1 ", text)
    return [_plain(found) for found in WORD.findall(CAMEL.sub(" ", text))]


def _plain(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    return word.lower().replace("’", "'")


def stem(word: str) -> str:
    """The stem of an English word in lower case: plural, -ing, -ed, -'s and a last -e fall away."""
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) < 4 or not word.isalpha():
        return word
    return _without_e(_without_tense(_without_plural(word)))


def _without_plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base == word:
            continue
        if len(base) < 2 or not VOWEL.search(base) or (ending == "ed" and base.endswith("e")):
            return word
        if ending == "ed" and base.endswith("i"):
            return base[:-1] + "y"
        if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
            return base[:-1]
        return base
    return word


def _without_e(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] == "l":
        return word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") and not word.endswith("ee") else word
