"""An outside look at a demo run: joins ledgers, spools and lake; imports nothing of the product."""
