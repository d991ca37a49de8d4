"""midigan generate: a generator to MIDI clips."""

import click
