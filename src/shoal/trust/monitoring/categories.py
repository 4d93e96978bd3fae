"""The eight categories of harm, in the order of every model's outputs; how they are defined, no scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from shoal.config.monitoring import Category

CATEGORIES: tuple[Category, ...] = get_args(Category)
UNSAFE = "unsafe"
OUTPUTS: tuple[str, ...] = (*CATEGORIES, UNSAFE)
"""What the models score: the categories, then "harmful beyond mere profanity"."""

MEANING: Mapping[Category, str] = {
    "hate": "hate, harassment or insult of a person or a group",
    "identity_attack": "an attack on people for what they are: origin, religion, sex, orientation, disability",
    "violence": "promotes, threatens or revels in violence",
    "physical_harm": "helps or encourages to do bodily harm, or to do what is dangerous",
    "sexual": "meant to arouse, or offers sexual services; minors above all",
    "profanity": "coarse words, whoever they are meant for",
    "self_harm": "promotes, asks for or describes suicide, self-injury or eating disorders",
    "illicit": "helps to break the law: fraud, theft, drugs, weapons, malware, spying on people",
}
