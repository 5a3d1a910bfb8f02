"""What we hold, and whence: sources, schemas, settings and the one door to DuckDB."""
