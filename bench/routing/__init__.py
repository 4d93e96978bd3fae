"""Benches of routing: RouteLLM's metric, tables of scores and prices, certificates, foreign traffic, speed."""
