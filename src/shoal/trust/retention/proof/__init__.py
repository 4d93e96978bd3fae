"""The proof of zero retention: canaries, the ways they are sent, and the search for what stays of them."""
