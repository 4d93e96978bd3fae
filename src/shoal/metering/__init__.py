"""Metering: energy, carbon, water, materials and cost of every answer, each a range, with its method and boundary."""
