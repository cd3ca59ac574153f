"""What watches the numbers: a catalogue of checks that only look and report."""
