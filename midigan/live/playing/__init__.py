"""The process that plays: notes at their time, and none of them for ever."""
