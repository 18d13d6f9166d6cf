"""The record of one supplier as one file: what was known, sent, answered and decided, with contents and hashes."""
