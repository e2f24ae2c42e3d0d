"""The floors: the least that Django and Wagtail cost on this machine. Two bare projects, with their frameworks' own defaults."""
