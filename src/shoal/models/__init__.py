"""Everything that answers: hosts, embedded specialists, the registry."""
