"""What is true of places: pure functions, without network, files, clock or globals."""
