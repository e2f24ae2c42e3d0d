"""Reports for staff on how courses are taken: from the counts only, and without anybody's name."""
