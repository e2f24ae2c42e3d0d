"""What editors work with: the review before publication, the lists of pages, the home of the admin and the guides."""
