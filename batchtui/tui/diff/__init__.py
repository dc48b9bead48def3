"""Two results side by side: what is compared, and how a request that changed is told."""
