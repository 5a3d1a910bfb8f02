"""What runs, in what order: the only home of Prefect, and of the `passersby` command."""
