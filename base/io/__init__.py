"""The impure edge of base: real identifiers, the driver of sans-IO cores."""
