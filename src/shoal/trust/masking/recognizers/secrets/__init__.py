"""What opens doors: keys, tokens, passwords."""
