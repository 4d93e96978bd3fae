"""What a request for a summary asks for: which text, how long, about what. It summarises nothing.

English, with the commonest words for "summarise" in German, French, Spanish and Italian, so that such requests are
recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from shoal.chat import Chat
from shoal.models.specialists.words import STOP_WORDS

DEFAULT_WORDS = 100
MOST_WORDS = 2000
WORDS_PER_TOKEN = 0.75
FEWEST_TEXT_WORDS = 25
LONGEST_INSTRUCTION = 60

_VERB = (
    r"(?:summari[sz]e|summari[sz]ing|sum up|tl;?dr|condense|shorten|recap|"
    r"(?:give|write|make|create|provide|draft|need|want|get|produce)(?: \w+){0,3}? (?:summary|recap|abstract|synopsis|"
    r"digest|overview of th(?:is|e following))|summary of|zusammenfass\w*|fasse?\b.{0,80}\bzusammen|fass\b.{0,40}|"
    r"résume\w*|resume (?:el|la|este|esta|lo)|resumen|resumir|riassum\w*|riassunto)"
)
_ASKS = re.compile(rf"(?:^|[^\w])(?:{_VERB})(?:[^\w]|$)", re.IGNORECASE)
_STARTS = re.compile(
    rf"^\W*(?:(?:please|kindly|can you|could you|would you|i need you to|bitte|now|then|hi|hello)[,\s]+)*(?:{_VERB})",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W*(?:summary|tl;?dr|zusammenfassung)\W*$", re.IGNORECASE)
_ABOUT_SUMMARIES = re.compile(
    r"^\W*(?:what|who|when|where|why|how|which|is|are|does|do|did|was|explain|define|translate|fix|debug|implement|"
    r"write (?:a |an |me )?(?:\w+ )?(?:function|script|program|code|class|test))\b",
    re.IGNORECASE,
)
_COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_NUMBERS = {name: value for value, name in enumerate(_COUNTED.split(), 1)} | {
    "a": 1,
    "a single": 1,
    "single": 1,
    "twenty": 20,
    "thirty": 30,
    "fifty": 50,
    "hundred": 100,
    "a hundred": 100,
}
_COUNT = rf"(\d{{1,5}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_WORDS = re.compile(rf"\b{_COUNT}[\s-]+(?:words?|wörter\w*|mots|palabras|parole)\b", re.IGNORECASE)
_SENTENCES = re.compile(
    rf"\b{_COUNT}[\s-]+(?:\w+ )?(?:sentences?|bullets?|bullet points?|points|lines|sätze\w*|phrases|frases|frasi)\b",
    re.IGNORECASE,
)
# Words of an instruction that do not say what the summary is to be about.
_COMMON = """
summarize summarise summarizing summarising summary summaries sum tldr condense shorten recap abstract synopsis digest
overview brief briefly short shortly concise concisely text article document following below above passage paragraph
paragraphs page content contents message email transcript conversation dialogue dialog chat meeting whole entire full
word words sentence sentences bullet bullets point points line lines main key important discussion discussions
discussed discuss please give write make create provide english plain simple terms idea ideas part story report note
notes maximum max most least limit
"""
_PLAIN = frozenset(_COMMON.split())
_NUMBER_WORDS = frozenset(" ".join(_NUMBERS).split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Source:
    """A text to summarise and where it came from."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """`words` at most, and `sentences` at most where given; `about` what it is to be about ("" for all of it)."""

    words: int
    sentences: int | None
    about: str = field(repr=False)
    sources: tuple[Source, ...] = field(repr=False)


def asks_for_summary(chat: Chat) -> bool:
    """Whether the request plainly asks for a summary of a text that it holds. In doubt it says no."""
    instruction, rest = _divided(chat.ask)
    if instruction and not _ABOUT_SUMMARIES.match(instruction):
        return _long_enough(rest) or any(True for _ in _elsewhere(chat))
    if chat.shoal.tags.get("task") == "summarize":
        return True
    return bool(_STARTS.match(chat.system[:300])) and _long_enough(chat.ask)


def read_wish(chat: Chat) -> Wish:
    """What is wanted. `sources` is empty where no text came with it."""
    instruction, rest = _divided(chat.ask)
    guide = instruction or (chat.system if _ASKS.search(chat.system) else "")
    if not instruction:
        rest = chat.ask
    sources = (Source("message", rest),) if _long_enough(rest) else tuple(_elsewhere(chat))
    if not sources and rest.strip():
        sources = (Source("message", rest),)
    return Wish(_words(guide, chat), _sentences(guide), about(guide), sources)


def about(instruction: str) -> str:
    """What the summary is to be about: the instruction without what is said in every such request."""
    bare = _SENTENCES.sub(" ", _WORDS.sub(" ", instruction))
    said = _PLAIN | _NUMBER_WORDS | STOP_WORDS
    return " ".join(word for word in _WORD.findall(bare) if word.lower() not in said)


def _divided(ask: str) -> tuple[str, str]:
    """The instruction and the text: the instruction stands in the first or the last lines, or before a colon."""
    text = ask.strip()
    first, _, after = text.partition("\n")
    head, colon, tail = first.partition(":")
    if colon and _is_instruction(head) and _long_enough(tail):
        return head, f"{tail}\n{after}".strip()
    if _is_instruction(first):
        return first, after.strip()
    before, _, last = text.rpartition("\n")
    if before and _is_instruction(last):
        return last, before.strip()
    head, colon, tail = text.partition(":")
    if colon and _is_instruction(head):
        return head, tail.strip()
    return "", text


def _is_instruction(line: str) -> bool:
    short = len(line.split()) <= LONGEST_INSTRUCTION
    return short and bool(_STARTS.match(line) or _LABEL.match(line) or (_ASKS.search(line) and len(line.split()) <= 25))


def _elsewhere(chat: Chat) -> Iterator[Source]:
    """Texts outside the last user message: attached passages, else earlier messages."""
    if chat.passages:
        yield from (Source(each.source, each.text) for each in chat.passages if each.text.strip())
        return
    for at, message in enumerate(chat.messages):
        if message.role in ("user", "tool", "assistant") and message.text != chat.ask and _long_enough(message.text):
            yield Source(f"message {at + 1}", message.text)


def _long_enough(text: str) -> bool:
    return len(text.split(None, FEWEST_TEXT_WORDS)) >= FEWEST_TEXT_WORDS


def _words(guide: str, chat: Chat) -> int:
    found = _WORDS.search(guide)
    words = min(_number(found[1]), MOST_WORDS) if found else DEFAULT_WORDS
    if not found and _SENTENCES.search(guide):
        words = MOST_WORDS
    for name in ("max_tokens", "max_completion_tokens"):
        most = chat.options.get(name)
        if isinstance(most, int) and not isinstance(most, bool) and most > 0:
            words = min(words, int(most * WORDS_PER_TOKEN))
    return max(words, 1)


def _sentences(guide: str) -> int | None:
    found = _SENTENCES.search(guide)
    return max(_number(found[1]), 1) if found else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]
