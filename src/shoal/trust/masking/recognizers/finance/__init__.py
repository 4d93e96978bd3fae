"""Numbers of money: cards, accounts, banks, coins."""
