"""What callers live through while they wait in a queue, as values and decisions; routing/io plays and rings."""
