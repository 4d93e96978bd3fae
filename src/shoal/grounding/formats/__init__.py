"""One file per format, each a function from a file's content to its sections. None knows folders or the index."""
