"""Personal values: kept, hashed or dropped before anything is stored."""
