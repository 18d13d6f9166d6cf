"""Bad rows and what became of them: listed, shown, and read again once the profile or the contract was mended."""
