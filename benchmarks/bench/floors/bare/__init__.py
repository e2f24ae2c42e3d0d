"""The app of the bare Wagtail project: one page type with a title and a text."""
