"""Masking: personal data is replaced by placeholders before a model sees it, and restored in the answer."""
