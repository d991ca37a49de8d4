"""What remains of a session: its log, its recording, its last bars."""
