"""Words that do not count at the edge of a span when masking is scored; it knows no scoring.

The measure follows presidio-evaluator, which skips punctuation, English function words and words of addresses, titles
and ages. The function words are listed anew, so a rare one may differ; `bench/masking_quality.py` prints what that
changes beside presidio-evaluator's own count.
"""

from __future__ import annotations

from string import punctuation

_ADDRESSES = "street st st. de rue via address country state city zip po p.o. box apt unit corner suite inc inc. ltd"
_TITLES = "mr mr. mrs mrs. miss"
_TIMES = (
    "day days week weeks weekend month months year years y/o old age ago morning noon afternoon evening night this "
    "first last"
)
_ARTICLES = "a an the this that these those such same other another own each every either neither both all any some"
_PRONOUNS = (
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their themselves who whom whose which what whoever whatever whether one anyone "
    "anything someone something somehow everyone everything none nobody noone nothing others ca"
)
_VERBS = (
    "am is are was were be been being have has had do does did doing done can could may might must shall should will "
    "would get give go keep make made put say see seem seemed seeming seems show take call name move become becomes "
    "became becoming using used regarding please serious"
)
_PREPOSITIONS = (
    "about above across after against along among amongst around as at before behind below beneath beside besides "
    "between beyond by despite down during except for from in into of off on onto out over per re since than through "
    "throughout thru till to toward towards under unless until up upon various via with within without top bottom "
    "front back side part amount"
)
_CONJUNCTIONS = "and or nor but if because although though while whereas whereby therefore thus hence however else"
_ADVERBS = (
    "again almost alone already also always enough even ever everywhere further here hereafter hereby herein hereupon "
    "how indeed just latter latterly former formerly least less many more moreover most mostly much namely never "
    "nevertheless next no not now nowhere often once only otherwise perhaps quite rather really so sometime sometimes "
    "somewhere still then thence there thereafter thereby therein thereupon together too very well when whence "
    "whenever where whereafter wherein whereupon wherever whither why yet anyhow anyway anywhere beforehand afterwards "
    "elsewhere empty full few several meanwhile whole"
)
_NUMBERS = "two three four five six eight nine ten eleven twelve fifteen twenty forty fifty sixty hundred third"
_CONTRACTIONS = "'s 'd 'll 'm 're 've n't ’s ’d ’ll ’m ’re ’ve n’t ‘s ‘d ‘ll ‘m ‘re ‘ve n‘t"
_WORDS = (
    *(_ADDRESSES, _TITLES, _TIMES, _ARTICLES, _PRONOUNS, _VERBS, _PREPOSITIONS, _CONJUNCTIONS, _ADVERBS, _NUMBERS),
    _CONTRACTIONS,
)

SKIP_WORDS = frozenset(
    {
        *punctuation,
        "",
        *(word for line in _WORDS for word in line.split()),
        *(mark * n for n in range(2, 7) for mark in ">"),
    }
)
