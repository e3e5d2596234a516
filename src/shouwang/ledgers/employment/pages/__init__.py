"""See the files: one subject each."""
