"""The audio plane: the typed Python face of the Rust crate in media/plane/."""
