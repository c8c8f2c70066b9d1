"""What the company sells and what was bought: products and stock, orders and carts. Knows people by ids alone."""
