"""What a critic and a generator minimise."""
