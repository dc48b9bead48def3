"""The viewer: any file or batch, as lines, as pretty records, as request beside response."""
