"""The impure edge of base: the clock, real identifiers, the driver of sans-IO cores."""
