"""The admin API under /v1/shoal/: keys, teams, users, organisations, events, sign-in. It decides no right."""
