"""Numbers that a state gives, by country."""
