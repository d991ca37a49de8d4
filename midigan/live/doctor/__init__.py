"""What a system offers to a session, measured, and what would help it."""
