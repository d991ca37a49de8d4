"""Which files are opened, by which reader, within which limits."""
