"""The process that composes: phrases of a generator, ahead of the playhead."""
