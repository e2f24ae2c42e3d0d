"""Reports for staff on how courses are taken: from the rollup only, and without anybody's name."""
