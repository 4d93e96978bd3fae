"""Planning: what a training run would take, where and when to run it, and whether published figures hold."""
