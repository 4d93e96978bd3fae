"""The vault of an exchange: what was masked in it, and the way back. It lives and dies with the exchange.

The same value gets the same placeholder in every text of it. Each way of writing a value has a placeholder of its own
with the same id, so that unmasking gives back every text as it was written: "Jane Doe" is `<PERSON_k7f3m2qa>`, "JANE
DOE" is `<PERSON_k7f3m2qa.2>`, and "Jane" `<PERSON_k7f3m2qa.first>`. Which one gets which form depends only on what came
before it, so that a conversation that goes on keeps its placeholders. The vault does not decide what is masked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.identifiers import Identifiers
from shoal.trust.masking.json_strings import Depth, escaped, unescaped
from shoal.trust.masking.linking import Name, Names, gender, read_name
from shoal.trust.masking.links import AllowedHosts
from shoal.trust.masking.placeholders import Scope, canonical, label, render
from shoal.trust.masking.spans import OWN, Span, apart, own_spans, with_escapes
from shoal.trust.masking.surrogates import Surrogates
from shoal.trust.masking.unmask import Grant, Tally, Unmasker
from shoal.trust.masking.values import Stored, Values
from shoal.trust.sensitive import Sensitive

_PERSON = "PERSON"
_BRACKET = re.compile(r"[{\[]")
_ESCAPES = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
_WORD_END = re.compile(r"\w\Z")


class Vault:
    """What was masked in one exchange. `surrogates` are the types that get fakes of the same shape instead of
    placeholders, `hints` adds grammatical hints, `hosts` are those that may see values in URLs of a reply."""

    def __init__(
        self,
        scope: Scope,
        surrogates: frozenset[str] = frozenset(),
        hints: bool = False,
        hosts: Iterable[str] = (),
    ) -> None:
        self._hosts = AllowedHosts(hosts)
        self._hints = hints
        self._tally = Tally()
        self._counts: Counter[str] = Counter()
        self._identifiers = Identifiers(scope)
        self._surrogates = Surrogates(scope, surrogates)
        self._names = Names()
        self.values = Values()
        # What is written, and whether it is glued to a word -> what it got, and the full name that it was linked to.
        self._given: dict[tuple[Stored, bool], tuple[str, str]] = {}
        # (type, canonical value, role) -> what is written -> its placeholder.
        self._forms: dict[tuple[str, str, str], dict[Stored, str]] = {}

    def __repr__(self) -> str:
        return f"Vault({dict(self._counts)})"

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entities of each type were replaced; escaped text does not count."""
        return MappingProxyType(self._counts)

    @property
    def unknown(self) -> int:
        """Placeholders in replies that are of no value here, or mangled."""
        return self._tally.unknown

    @property
    def withheld(self) -> int:
        """Placeholders that stayed in replies: in URLs of other hosts, or in arguments of tools without the grant."""
        return self._tally.withheld

    def learn(self, text: str, entities: Iterable[Entity]) -> None:
        """Makes values known before any text is masked, so that two of them with the same id both get longer ones,
        whichever comes first. Calling it is optional."""
        for entity in entities:
            self._identifiers.learn(label(entity.type), _canonical(entity.type, text[entity.start : entity.end])[0])

    def mask(self, text: str, entities: Sequence[Entity], own: bool = False) -> str:
        """The text with its entities replaced; they must not overlap. What looks like a placeholder by itself is
        escaped. `own`: the text may hold placeholders of this vault, which stay (and an entity across one is none)."""
        kept = own_spans(text, self.values) if own else []
        chosen = apart(entities, kept)
        self.learn(text, chosen)
        self._surrogates.note(text)
        for entity in chosen:
            if entity.type == _PERSON:
                self._names.add(read_name(text[entity.start : entity.end]))
            self._counts[entity.type] += 1
        spans = [*kept, *((each.start, each.end, each.type) for each in chosen)]
        return self._replaced(text, [*with_escapes(text, sorted(spans), self.values)])

    def bare(self, value: str, type: str) -> str:
        """A name of letters, digits and "_" for a field that takes nothing else, such as "PERSON_k7f3m2qa". It is never
        put back."""
        self._counts[type] += 1
        return render(type, self._identifiers.of(label(type), _canonical(type, value)[0]))[1:-1]

    def unmask(self, text: str, is_json: bool = False, granted: Grant | None = None) -> str:
        """A whole text with its values put back."""
        unmasker = self.streamer(is_json, granted)
        return unmasker.feed(text) + unmasker.close()

    def streamer(self, is_json: bool = False, granted: Grant | None = None) -> Unmasker:
        """For one text of a reply that comes in pieces: one for each choice and field, and for each tool call, whose
        arguments are JSON and get only values of the types that `granted` says."""
        return Unmasker(self.values, self._hosts, self._tally, is_json, granted)

    def _replaced(self, text: str, spans: Sequence[Span]) -> str:
        """The text with its spans replaced. Where it is JSON, a value is what its string says."""
        place = Depth(self._hosts) if _depth_matters(text, spans) else None
        out: list[str] = []
        at = 0
        for start, end, type in spans:
            out.append(text[at:start])
            said = text[start:end]
            if type == OWN:
                out.append(said)
            else:
                stored = _read(type, said, _depth(place, text[at:start]))
                glued = _WORD_END.search("".join(out[-2:])[-1:]) is not None
                out.append(self._give(stored, text[at:start], glued))
            if place is not None:
                place.feed(said)
            at = end
        return "".join(out)

    def _give(self, stored: Stored, before: str, glued: bool) -> str:
        """What stands for a value: what it got before, unless it was linked to a name and now fits two. Where a letter
        or digit is `glued` to it there can be no surrogate: nobody would find it again."""
        plain, name = _canonical(stored.type, stored.meant)
        whole = self._names.whole_of(name) if name else None
        key = (stored, glued and self._surrogates.covers(stored.type))
        given = self._given.get(key)
        if given is not None and given[1] in ("", whole[0] if whole else ""):
            return given[0]
        fake = None if key[1] else self._fake(stored)
        linked, role = whole or (plain, "")
        token = fake or self._placeholder(stored, linked, role, name, before)
        self._given[key] = (token, linked if role else "")
        return token

    def _fake(self, stored: Stored) -> str | None:
        value = stored.meant
        return self._surrogates.make(stored.type, value, lambda fake: self.values.add_surrogate(fake, stored))

    def _placeholder(self, stored: Stored, plain: str, role: str, name: Name | None, before: str) -> str:
        kind = label(stored.type)
        forms = self._forms.setdefault((kind, plain, role), {})
        token = forms.get(stored)
        if token is None:
            first = not forms
            hint = _hint(name, before) if self._hints and name else ""
            token = forms[stored] = self._new(stored, plain, _form(role, len(forms)), hint)
            if first and not role and name and len(name.words) > 1:
                self._reserve(stored.type, plain, name)
        return token

    def _reserve(self, type: str, plain: str, name: Name) -> None:
        """The parts of a full name, since a model that wants to say "Dear Jane" may write the placeholder of one."""
        for role, word in (("first", name.words[0]), ("last", name.words[-1])):
            forms = self._forms.setdefault((label(type), plain, role), {})
            if not forms:
                part = Stored(type, Sensitive(word))
                forms[part] = self._new(part, plain, role)

    def _new(self, stored: Stored, plain: str, form: str, hint: str = "") -> str:
        kind = label(stored.type)
        token = render(kind, self._identifiers.of(kind, plain), form, hint)
        self.values.add(token, stored)
        return token


def _form(role: str, before: int) -> str:
    """The name of a form, of which there are `before` already: "", "2", "3" or "first", "first2"."""
    return f"{role}{before + 1 if before else ''}"


def _canonical(type: str, value: str) -> tuple[str, Name | None]:
    if type != _PERSON:
        return canonical(type, value), None
    name = read_name(value)
    return name.canonical, name


def _hint(name: Name, before: str) -> str:
    """From a title in the name or right before it."""
    last = before.split()[-1:]
    return name.hint or (gender(last[0]) if last else "")


def _depth_matters(text: str, spans: Iterable[Span]) -> bool:
    """Whether a value of the text would be written otherwise inside a JSON string than outside."""
    return _BRACKET.search(text) is not None and any(_ESCAPES.search(text, start, end) for start, end, _ in spans)


def _depth(place: Depth | None, before: str) -> int:
    if place is None:
        return 0
    place.feed(before)
    return place.depth


def _read(type: str, said: str, depth: int) -> Stored:
    """A value as it means, or as it is written where writing it again would give something else."""
    value = unescaped(said, depth)
    plain = value is not None and escaped(value, depth) == said
    return Stored(type, Sensitive(value if plain and value is not None else said), 0 if plain else depth)
