"""Limits: what a request may take, by rate and by budget, reserved before and settled after. It knows no key store, no
HTTP and no meters; how counters are kept is for `stores/counters.py`."""
