"""Folders of files to phrase sets, with an account of each file."""
