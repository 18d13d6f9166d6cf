"""How long personal values are kept, and their removal from `raw` once nothing depends on them any more."""
