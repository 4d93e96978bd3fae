"""What kind of answer a question expects (a date, a price, a reason, ...), and whether a sentence holds one; by
patterns over English words, without any understanding of either."""

from __future__ import annotations

import re
from enum import StrEnum


class Expected(StrEnum):
    """Kinds of answers."""

    WHEN = "when"
    MONEY = "money"
    NUMBER = "number"
    DURATION = "duration"
    FREQUENCY = "frequency"
    WHERE = "where"
    WHO = "who"
    WHY = "why"
    HOW = "how"
    YES_NO = "yes_no"
    MEANING = "meaning"
    COMMAND = "command"
    WEIGHT = "weight"
    LENGTH = "length"
    HEAT = "heat"
    MEMORY = "memory"
    SHARE = "share"


_NUMBER_WORD = (
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"sixty|ninety|hundred|thousand|million|half|dozen|quarter|third|once|twice|zero|none|no limit|unlimited)\b)"
)
_SPAN = (
    r"(?:milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?|years?|centur(?:y|ies)|nights?|h|s)"
)
_MONTH = (
    r"(?:january|february|march|april|may \d|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekdays?|weekends?)"
)
_ASKS: dict[Expected, str] = {
    Expected.WHEN: r"\bwhen\b|what (?:time|date|day|year|month)|which (?:day|week|month|year|weekday|date)|deadline|"
    r"opening (?:hours|times)|until when|\bhours\b|how late|at what (?:time|age)|cut-?off",
    Expected.MONEY: r"how (?:much|expensive) (?:\w+ ){0,3}?(?:cost|costs|pay|charge[ds]?|money|is|are|does|do|for|"
    r"will)\b|"
    r"\b(?:price|prices|cost|costs|fee|fees|fare|salary|pricing|surcharge|deposit|fine|postage)\b|how expensive",
    Expected.NUMBER: r"how (?:many|much|big|large|old|tall|high|deep|wide|heavy|far|fast|loud|hot|cold|powerful|strong|"
    r"close|full)\b|\b(?:number of|how long|count|quantity|maximum|minimum|max|min|limit|size|percentage|share|port|"
    r"temperature|weight|height|width|speed|distance|range|capacity|age|pressure|mileage|version)\b",
    Expected.DURATION: r"how (?:long|quickly|soon|fast|many (?:days|hours|minutes|weeks|months|years))|for how long|"
    r"\b(?:duration|waiting time|timeout|retention|warranty)\b|how much time|how far (?:ahead|in advance)",
    Expected.FREQUENCY: r"how (?:often|frequently|regularly|many times)|\bfrequency\b|how many \w+ (?:per|a|each)\b",
    Expected.WHERE: r"\bwhere\b|which (?:country|city|place|room|folder|directory|file|region|basket|port|address)|"
    r"in what (?:countr|place|room)|what (?:address|path|file|folder|port|url)|\blocation\b|\baddress\b|in which",
    Expected.WHO: r"\bwho(?:m|se)?\b|which (?:person|company|engineer|king|team|people|role)|what (?:person|company)|"
    r"\bname of\b|to whom|\bnamed\b",
    Expected.WHY: r"\bwhy\b|\breasons?\b|what causes|\bcause[ds]?\b|how come|what(?:'s| is) the (?:purpose|point)",
    Expected.HOW: r"\bhow (?:do|can|should|could|would|to|does one|must|may)\b|what (?:should|do|must|can) i (?:do|"
    r"use|set|"
    r"run|choose|check|need)|what now|\bsteps\b|way to|what if\b",
    Expected.YES_NO: r"^(?:so |and |but |please )?(?:is|are|am|do|does|did|can|could|may|must|will|would|should|has|"
    r"have|"
    r"had|was|were|isn't|aren't|don't|doesn't|can't)\b|(?:allowed|possible|supported|permitted)\s*\??$",
    Expected.MEANING: r"^what(?:'s| is| are| does)\b|\bmeaning\b|\bmeans?\b|\bdefinition\b|\bdefine\b|stand for|"
    r"what kind",
    Expected.COMMAND: r"\bcommands?\b|\bcli\b|terminal|\bflag\b|\boption\b|\bswitch\b|\bsetting\b|environment variable|"
    r"\bhow (?:do|can) i\b|how to\b|\bheader\b|\bendpoint\b|\bparameter\b|config",
    Expected.WEIGHT: r"how heavy|\bweigh|\bweight\b|how much (?:salt|flour|sugar|water|coffee|rice|honey|luggage)",
    Expected.LENGTH: r"how (?:tall|high|long is|far|wide|deep|big|close|large)|\b(?:height|width|distance|length|"
    r"depth)\b",
    Expected.HEAT: r"how (?:hot|cold|warm)|temperature|degrees|hottest|coldest",
    Expected.MEMORY: r"\bmemory\b|\bram\b|disk space|storage|megabytes?|gigabytes?|file size|\bsize\b|\bupload",
    Expected.SHARE: r"percent|\bshare\b|proportion|what (?:part|fraction)|how (?:much|many) of\b|discount|how accurate",
}
_HOLDS: dict[Expected, str] = {
    Expected.WHEN: rf"\b{_MONTH}\b|\b(?:1[0-9]|20)\d\d\b|\d{{1,2}}[:.]\d\d\b|\b\d{{1,2}} ?(?:am|pm|o'clock)\b|"
    rf"\b(?:noon|"
    r"midnight|morning|evening|afternoon|today|tomorrow|spring|summer|autumn|winter|night|deadline)\b|"
    rf"\b(?:after|before|until|within|since|from|every|at) [^.]{{0,20}}{_NUMBER_WORD}|{_NUMBER_WORD} ?-?{_SPAN}\b|"
    r"\b(?:as soon as|at once|immediately|at the (?:end|start|beginning)|daily|as long as|once)\b",
    Expected.MONEY: r"[€$£¥]|\b(?:euros?|dollars?|pounds?|cents?|crowns?|usd|eur|gbp|francs?|costs?|free|fee|charged?|"
    r"price|paid|pays?|surcharge|no extra)\b",
    Expected.NUMBER: _NUMBER_WORD,
    Expected.DURATION: rf"{_NUMBER_WORD}[\s-]?(?:\w+ )?{_SPAN}\b|\b(?:immediately|at once|forever|overnight|a week|"
    r"a day|a month|a year|an hour|a minute|not kept|same day|a quarter of an hour)\b",
    Expected.FREQUENCY: r"\b(?:every|once|twice|per|daily|weekly|monthly|yearly|annually|each|times|always|hourly|"
    r"nightly|"
    r"a (?:day|week|month|year|minute|second)|never|often)\b",
    Expected.WHERE: r"(?:^|\s)[/~][\w./-]+|\b(?:in|at|on|under|behind|near|beside|from|inside|into|below|above|"
    r"next to) "
    r"(?:the |a |an |your |our )?\w|\b[A-Z][a-z]+(?:gasse|straße|street|road)\b",
    Expected.WHO: r"(?<=[a-z,;:)\]] )[A-Z][a-z]+|\bby (?:the |a |our )?\w+|\b(?:staff|owner|manager|team|member|"
    r"customers?|"
    r"guests?|users?|people|anyone|everyone|everybody|committee|nobody|person|renter|employees?|admin\w*|adults?|"
    r"children|maintainers?|volunteers|keepers?|drivers?|visitors?|department|service|desk|office)\b",
    Expected.WHY: r"\b(?:because|since|so that|due to|as it|as they|as the|as this|reason|caus\w+|therefore|"
    r"in order|thus|"
    r"otherwise|otherwise|owing|hence|which is why|to (?:avoid|prevent|keep|make|save|protect)|lest)\b|, as |, so ",
    Expected.HOW: r"^\W*(?:\d+\. )?(?:[A-Z][a-z]+ (?:the|a|an|it|your|on|to|for|with|in|up|out|off|`)|Run|Use|Set|"
    r"Press|Open|"
    r"Click|Choose|Add|Put|Take|Write|Send|Call|Ask|Create|Remove|Check|Turn|Go)\b|`|\b(?:by (?:\w+ing)|with|you can|"
    r"run|use|press|choose|must be|can be|should be|please)\b",
    Expected.YES_NO: r"\b(?:can|cannot|may|must|not|never|no|yes|only|allowed|possible|support\w*|free|need\w*|"
    r"without|unless|"
    r"always|every|forbidden|permitted|welcome|banned|included|excluded|available|none|nothing|optional|all|any|"
    r"even)\b",
    Expected.MEANING: r"\b(?:is|are|means?|called|refers?|stands for|defined|known as|describes?|was|were)\b|: ",
    Expected.COMMAND: r"`|--\w|\b\w+_\w+\b|\b\w+ \w+ --|\$ |\.(?:toml|json|yaml|py|sh)\b|\b(?:curl|pip|apt|sudo|"
    r"make)\b",
    Expected.WEIGHT: r"\d ?(?:kg|g|mg|t|lbs?|tonnes?|grams?|kilograms?|pounds?|ounces?|oz)\b|\btonnes?\b|"
    r"\bkilograms?\b|"
    r"\d ?(?:ml|l|litres?|liters?|spoons?|tablespoons?|cups?)\b",
    Expected.LENGTH: r"(?:\d|\b(?:metres?|one|two|three|four|five|six|ten)\b) ?(?:km|m|cm|mm|metres?|meters?|miles?|"
    r"inch(?:es)?|"
    r"kilomet\w+|centimet\w+|feet|nautical|steps|µm|nm)\b|\bmetres?\b|\bkilometres?\b",
    Expected.HEAT: r"°|\bdegrees?\b|\bcelsius\b",
    Expected.MEMORY: r"\d ?(?:kb|mb|gb|tb|kib|mib|gib|bytes?|kilobytes?|megabytes?|gigabytes?|characters?|tokens?)\b",
    Expected.SHARE: r"%|\bper ?cent\b|\bpercent\b|\b(?:half|third|quarter|majority|most|all|none|fifth|twice|"
    r"out of)\b|\bof \d+\b",
}
ASKS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
HOLDS = {
    kind: re.compile(pattern, 0 if kind in (Expected.WHO, Expected.HOW) else re.IGNORECASE)
    for kind, pattern in _HOLDS.items()
}


def asked(question: str) -> frozenset[Expected]:
    """The kinds of answer that the question may expect; none where it does not show."""
    return frozenset(kind for kind, pattern in ASKS.items() if pattern.search(question.strip()))


def holds(text: str, kind: Expected) -> bool:
    """Whether the text holds something of that kind."""
    return HOLDS[kind].search(text) is not None
