"""HTTP in: one file per wire format. It turns requests into `Chat`s and pieces into bytes, and knows no model."""
