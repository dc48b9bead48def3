"""One module per screen; a screen wires widgets to workflows."""
