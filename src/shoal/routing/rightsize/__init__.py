"""Right-sizing: which of the user's own tasks a small model can take over, found out by trying. It calls no model
itself: who answers, it is told."""
