"""Energy counters of machines: the seam, its readers, and how counts become joules."""
