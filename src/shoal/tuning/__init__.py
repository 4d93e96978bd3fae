"""Training: makes the weights of embedded models from data, each with its card; needs the extra `tune`."""
