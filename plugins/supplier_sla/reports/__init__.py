"""Reports for people as files: columns of one mart in a paper's order, under headings in English or Chinese."""
