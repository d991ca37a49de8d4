"""Source tracks on the tracks of a layout."""
