"""Control files and trailers: what a source says of its own file."""
