"""The trust layer: what keeps personal data out of models; it knows nothing of how a request came in."""
