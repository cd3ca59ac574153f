"""The ministry's program: it receives, stores, recomputes from raw, and answers."""
