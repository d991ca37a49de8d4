"""From the grid to what is played: ticks, swing, velocities, and notes held over joins."""
