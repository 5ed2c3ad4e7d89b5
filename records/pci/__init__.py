"""What the records show of how card data was kept out of them, for whoever assesses it."""
