"""Keys, scales and pitch names, and the masks that follow from them."""
