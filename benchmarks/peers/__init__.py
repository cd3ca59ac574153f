"""What the measurements stand beside: the least that does the same work without our promises."""
