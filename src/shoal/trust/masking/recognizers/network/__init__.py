"""Addresses and numbers of machines and vehicles."""
