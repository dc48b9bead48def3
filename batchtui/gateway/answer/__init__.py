"""Who answers a line: the offline echo model, or an upstream server."""
