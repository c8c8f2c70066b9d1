"""What `make bench` runs: figures beside their goals, on the product as it is shipped (docs/performance.md)."""
