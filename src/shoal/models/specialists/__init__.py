"""Embedded models: small, in process, each with a card; they know nothing of hosts, keys or the network."""
