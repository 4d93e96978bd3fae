"""Models on remote hosts: the HTTP seam, the wire dialects, and the rows of known hosts."""
