"""One page type: a title and a text."""
