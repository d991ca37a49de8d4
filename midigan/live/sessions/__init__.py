"""A session as a whole: what is asked for, its processes, and how it ends."""
