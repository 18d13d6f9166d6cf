"""How files leave: whole or not at all, the same bytes for the same content, no cell that a spreadsheet runs."""
