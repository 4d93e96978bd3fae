"""The prose of the token classifiers' cards: data with licences, use and limits; figures come from training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.tuning.pii_network import SIZES

if TYPE_CHECKING:
    from shoal.chat import Json


def prose(tier: str) -> Json:
    """What the card of a tier says besides figures."""
    size = SIZES[tier]
    return {
        "task": "spans of personal data without a fixed form: persons, addresses, places, organisations, dates and "
        "times, ages, nationalities and beliefs, titles",
        "licence": "Apache-2.0 (weights and code); training data as listed, with attribution",
        "tags": ["pii", "masking", "token-classification", "multilingual"],
        "method": f"hashed word and character pieces ({size.words} and {size.pieces} rows) and shape per token, "
        f"{len(size.distances)} residual layers of width {size.hidden} that look {sum(size.distances)} tokens to each "
        "side, BIO labels decoded with Viterbi, weights in int8",
        "training_data": [
            {
                "name": "src/shoal/tuning/pii_templates: 1,700 templates in 25 languages, everyday words of 24",
                "licence": "Apache-2.0, written for the project",
            },
            {"name": "names, streets, companies from Faker in 60 locales", "licence": "MIT"},
            {
                "name": "months, weekdays, countries: Unicode CLDR",
                "licence": "Unicode-3.0",
                "attribution": "Unicode, Inc., Common Locale Data Repository",
            },
            {
                "name": "Broad Twitter Corpus, WNUT17 train, wikigold",
                "licence": "CC BY 4.0",
                "attribution": "Derczynski, Bontcheva and Roberts 2016; Derczynski et al. 2017; Balasuriya et al. "
                "2009; collected by Juan Diego Rodriguez",
            },
            {
                "name": "SEC filings, FIN5",
                "licence": "CC BY 3.0",
                "attribution": "Salinas Alvarado, Verspoor and Baldwin 2015",
            },
            {
                "name": "everyday English of which only small words count, as no entity: Banking77 train, CLINC150 "
                "train, GSM8K train, QMSum Academic train",
                "licence": "CC BY 4.0, CC BY 3.0, MIT, MIT",
                "attribution": "PolyAI (Casanueva et al. 2020); Clinc, Inc. (Larson et al. 2019); OpenAI (Cobbe et al. "
                "2021); Zhong et al. 2021",
            },
        ],
        "selection": "temperature by likelihood on half of the held-out templates; a bias of 0.5 against O, chosen on "
        "bench/data/pii_texts.json; the figures are of the other half. Templates are held out whole, names too, and "
        "four locales altogether; errors on them were looked at while templates were added, so they are not strictly "
        "untouched",
        "intended_use": "finding what patterns cannot, in prompts and replies, so that it can be masked; for numbers "
        "of fixed form (cards, phones, IBANs, e-mail) the pattern recognisers are there",
        "limits": [
            "the held-out figures are of texts filled by the same generator: on natural text it is weaker, see corpora",
            "it decides by words near by; a first name alone that is also a word is often missed or masked in vain",
            "organisations with names of everyday words, nicknames and brand names are found least",
            "relative dates (tomorrow, last week), weekdays and durations are not entities; years and times of day are",
            "languages other than English have 6 to 60 templates each; those not among the 25 rely on names and "
            "shape alone",
            "in text without capitals it finds less",
        ],
    }
