"""The processes of a session: how they are started, what they say to each other, and how."""
