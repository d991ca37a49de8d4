"""What each kind of file says: bytes to scores in ticks."""
