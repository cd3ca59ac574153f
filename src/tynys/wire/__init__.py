"""The line between plant and ministry: batches, keys, receipts, and the shared clock."""
