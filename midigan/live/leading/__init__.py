"""Who leads: midigan's own clock, or a DAW's that is followed."""
