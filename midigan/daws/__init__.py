"""DAWs on this system, and the plug-ins for them."""
