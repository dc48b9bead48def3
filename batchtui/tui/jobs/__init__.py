"""Jobs in the app: what is read of them, how they look, and those that the app drives itself."""
