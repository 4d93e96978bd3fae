"""Retention: what is kept by wish and for how long, and the proof that nothing else is."""
