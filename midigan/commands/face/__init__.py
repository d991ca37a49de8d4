"""The face of a live session: a picture on the whole terminal, or lines, and its keys."""
