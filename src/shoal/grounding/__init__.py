"""Grounding: files into passages, and questions to the passages that may answer them. It asks no model, and knows
nothing of HTTP, keys or the way of a request.
"""

from shoal.grounding.docs import DOCS, docs_path, ensure_docs
from shoal.grounding.index import Added, Progress, Removed, add, collections, documents, remove
from shoal.grounding.search import LexicalRetriever, Retriever

__all__ = [
    "DOCS",
    "Added",
    "LexicalRetriever",
    "Progress",
    "Removed",
    "Retriever",
    "add",
    "collections",
    "docs_path",
    "documents",
    "ensure_docs",
    "remove",
]
