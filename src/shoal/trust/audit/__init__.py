"""The audit: a record of every exchange that proves what happened and holds nothing that was said."""
