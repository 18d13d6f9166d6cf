"""The dossier of one ticket for people: from the row of the file it came in to the line of the penalty it became."""
