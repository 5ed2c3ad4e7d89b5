"""Client companies' systems behind one face: limits, fraud signals, the system itself, the payment connector."""
