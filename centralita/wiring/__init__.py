"""What a node is made of, and how it is joined: `wire` opens the sides of it one after the other, each in its file."""
