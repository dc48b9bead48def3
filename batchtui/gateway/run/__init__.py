"""Running batches: from validation to the result files."""
