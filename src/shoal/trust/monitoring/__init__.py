"""Monitoring: harmful prompts and replies, and answers that their sources do not bear out."""
