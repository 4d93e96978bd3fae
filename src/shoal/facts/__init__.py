"""Facts as data: grid intensity, sites, hardware, prices and fits, every row with its source, year and unit."""
