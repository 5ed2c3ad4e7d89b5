"""The node itself over HTTP: is it well, who is shut out, which phones and trunks are there."""
