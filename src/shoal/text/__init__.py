"""Texts as numbers: folding and hashed n-grams, which the trust layer and routing share. It knows no label."""
