"""Storage: protocols and their implementations over SQLite. It knows rows, not what they mean to a request."""
