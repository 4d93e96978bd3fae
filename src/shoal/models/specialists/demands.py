"""What a question cannot do without (a year, a person's name, a price, a reason, ...), and whether a sentence has it;
stricter than `expected`, by patterns over English words. It does not know whether it is the right year or name."""

from __future__ import annotations

import re
from collections.abc import Set
from enum import StrEnum


class Demand(StrEnum):
    """Kinds of facts without which a sentence is no answer."""

    DATE = "date"
    REASON = "reason"
    NAME = "name"
    PHONE = "phone"
    MAIL = "mail"
    COLOUR = "colour"
    PRICE = "price"
    COUNT = "count"
    MEASURE = "measure"
    SPAN = "span"
    CLOCK = "clock"
    RATE = "rate"
    CODE = "code"


_PAST = r"(?:was|were|did|has|have|had)\b"
_NAMED = (
    r"(?:brands?|compan(?:y|ies)|banks?|carriers?|couriers?|hotels?|software|programs?|apps?|manufacturers?|makers?|"
    r"suppliers?|airlines?|authors?|artists?|architects?|countr(?:y|ies)|cit(?:y|ies)|towns?|planets?|"
    r"universit(?:y|ies)|firms?|agenc(?:y|ies)|databases?|protocols?|algorithms?|formats?|ciphers?|licen[cs]es?|"
    r"browsers?|languages?|operating systems?|systems?|platforms?|standards?|versions?|models?|makes?|insurers?)"
)
_ASKS: dict[Demand, str] = {
    Demand.DATE: rf"\bwhen {_PAST}|\b(?:which|what) (?:year|date|century|month)\b|\bsince when\b|"
    rf"\bhow old (?:is|are) th",
    Demand.REASON: r"\bwhy\b|\bhow come\b|\bwhat (?:is|was|'s) the reason\b|\bwhat for\b",
    Demand.NAME: rf"\bwho (?!can|may|must|should|do\b|does|has|have|needs?|pays?|gets?|sees?|is (?:allowed|"
    rf"responsible)|"
    rf"are\b|owns?|will|would|could)\w+|\b(?:which|what) {_NAMED}\b|\bname of\b",
    Demand.PHONE: r"\b(?:tele)?phone number|\bnumber (?:to|do i|can i|should i) (?:call|ring)|\bhotline\b",
    Demand.MAIL: r"\be-?mail address\b|\bwhat e-?mail\b",
    Demand.COLOUR: r"\bcolou?rs?\b",
    Demand.PRICE: r"\bhow expensive|\bhow much (?:is|are|does|do|did|will|must|for|money)\b|"
    r"\bwhat (?:does|do|did|will) .{1,60}\bcost|\b(?:the|what) (?:price|cost|fee|fare|salary|premium|rent|charge|fine|"
    r"postage|rate) (?:of|for|is)\b|\bwhat fee|\bwhat fine|\bwhat price",
    Demand.COUNT: r"\bhow many\b|\bnumber of\b|\b(?:maximum|minimum|max|min|largest|smallest|highest|lowest) \w+|"
    r"\bpercentage\b|\bwhat (?:percent|share|size|limit|port)\b|\bwhich port\b",
    Demand.MEASURE: r"\bhow (?:tall|high|heavy|loud|wide|deep|far|fast|hot|cold|big|large|warm|bright|thick|old|strong|"
    r"powerful)\b|\b(?:weight|height|depth|width|speed|temperature|capacity|altitude|wattage|mileage) of\b|"
    r"\bwhat temperature\b|\bweigh\b",
    Demand.SPAN: r"\bhow (?:long|soon|quickly|early)\b|\bhow (?:far|long) in advance|\bhow much time\b|"
    r"\bhow many (?:days|hours|minutes|weeks|months|years|seconds)\b",
    Demand.CLOCK: r"\b(?:what|which) time\b|\bopening (?:hours|times)\b|\bhow late\b|"
    r"\bwhen (?:does|do|is|are) .{1,50}\b(?:open|close|start|begin|leave|serve|shut)",
    Demand.RATE: r"\bhow (?:often|frequently|regularly|many times)\b",
    Demand.CODE: r"\b(?:which|what) (?:\w+ )?(?:command|flag|option|setting|environment variable|variable|endpoint|"
    r"header|parameter|key|field|file|folder|path|url|code)\b",
}
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|eighteen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|dozen|quarter|third|once|twice|no|none|zero|"
    r"unlimited|both|single|any number|an?|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
)
_FIGURE = rf"(?:\d|\b{_NUMBER_WORD}\b)"
_TIME = r"(?:ms|milli|second|sec|minute|min|hour|day|week|month|year|centur|night|decade|\bh\b|\bs\b)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|"
    r"winter)"
)
_HOLDS: dict[Demand, str] = {
    Demand.DATE: rf"\b(?:1\d|20)\d\d\b|\b{_MONTH}\b|\b(?:\w+day|today|yesterday|ago|century)\b",
    Demand.REASON: r"\bbecause\b|\bsince (?!\d)|\bso that\b|\bdue to\b|\bin order\b|\bas (?:it|they|the|this|"
    r"these|its|a|"
    r"an|we|you|our|their|there|each)\b|\breasons?\b|\bcaus|\btherefore\b|\bthus\b|\bhence\b|\botherwise\b|\bowing\b|"
    r"\bwhich is why\b|\bthat is why\b|\bto (?:avoid|prevent|keep|make|save|protect|let|give|stop|help|allow|reduce|"
    r"ensure|spare|leave|cut)\b|\blest\b|\bhappens (?:when|if)\b|\bthanks to\b|\bmeans? that\b|\bwould\b|"
    r"\bcould\b|\bso (?:no|it|you|they|the|"
    r"there|we)\b|\bfor (?:safety|the sake)|\bthe more\b|\bcan run\b|\bresult of\b|\bmakes?\b|\bmade\b",
    Demand.PHONE: r"\+?\d[\d ()/-]{4,}\d|\bextension \d",
    Demand.MAIL: r"\S@\S",
    Demand.COLOUR: r"\b(?:white|black|grey|gray|red|green|blue|yellow|orange|brown|purple|violet|pink|silver|"
    r"gold|golden|"
    r"turquoise|beige|colou?rless|transparent)\b",
    Demand.PRICE: rf"[€$£¥]|{_FIGURE}[\w ,.-]{{0,12}}\b(?:euros?|dollars?|pounds?|cents?|crowns?|usd|eur|gbp|"
    rf"francs?)\b|"
    r"\bfree\b|\bno (?:extra )?(?:charge|fee|cost)|%|\bper ?cent\b|\bnothing\b|\bhalf (?:the )?price|\bat cost\b",
    Demand.COUNT: _FIGURE,
    Demand.MEASURE: _FIGURE,
    Demand.SPAN: rf"{_FIGURE}[\s-]?(?:[\w-]+ ){{0,2}}{_TIME}|\b(?:at once|immediately|forever|overnight|same day|until|"
    rf"as long as|never|{_MONTH})\b|\d{{1,2}}[:.]\d\d",
    Demand.CLOCK: r"\d{1,2}[:.]\d\d|\b\d{1,2} ?(?:am|pm|o'clock|h)\b|\b(?:noon|midnight|night|clock|hours?|round)\b|"
    rf"\b(?:at|from|until|till|to|between|and) {_NUMBER_WORD}\b|\b\w+day\b",
    Demand.RATE: r"\b(?:every|once|twice|per|daily|weekly|monthly|yearly|annually|each|times|always|hourly|"
    r"nightly|never|"
    r"an? (?:day|week|month|year|minute|second|hour))\b",
    Demand.CODE: r"`|--\w|\w_\w|[\w-]+\.(?:toml|json|yaml|yml|py|sh|md|db|log|txt|conf|ini)\b|(?:^|\s)[~/][\w./-]+|\$ |"
    r"\b[A-Z]{2,}_|\w+ = |\b\d{3}\b|\b[a-z]+-[a-z]+-[a-z]+\b|\w+\.\w+\.\w+",
}
ASKS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
HOLDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _HOLDS.items()}
_NAME = re.compile(r"(?<=[\w,;:)(/\"'`|-] )[`*\"'(]*([A-Z][\w.-]*\w)|`([^`]+)`|\b(\w*[a-z][A-Z]\w*|[A-Z]{2,}\w*)\b")
_FIGURES = re.compile(rf"\d[\d.,:]*|\b{_NUMBER_WORD}\b", re.IGNORECASE)
_NEW_FIGURE = frozenset({Demand.COUNT, Demand.MEASURE})


def demanded(question: str) -> frozenset[Demand]:
    """What an answer to the question must hold; nothing where it does not show."""
    found = frozenset(kind for kind, pattern in ASKS.items() if pattern.search(question.strip()))
    return found - {Demand.COUNT} if Demand.SPAN in found else found


def meets(text: str, demand: Demand, said: Set[str]) -> bool:
    """Whether the text holds something of that kind; a name or a figure that was `said` in the question (its words, in
    lower case) is none."""
    if demand is Demand.NAME:
        return any(word.lower() not in said for found in _NAME.findall(text) for word in found if word)
    if demand in _NEW_FIGURE:
        return any(found.lower() not in said for found in _FIGURES.findall(text))
    return HOLDS[demand].search(text) is not None
