"""The lake: the log and the tables beside it as Parquet, for everything that analyses. See docs/lake.md."""
