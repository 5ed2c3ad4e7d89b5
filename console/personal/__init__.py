"""What is kept of persons: how long, what is held, their rights; and the report on card data."""
