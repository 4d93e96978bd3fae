"""The model on top: chooses among models. It knows cards and confidences, not prices or keys."""
