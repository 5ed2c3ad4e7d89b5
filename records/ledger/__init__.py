"""The writing side: one ordered writer, the database it commits to, what it mends at a start."""
