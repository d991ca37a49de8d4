"""How good is a generator? Per-phrase metrics and their comparison with music it has not seen."""
