"""Errors of the review, each with a sentence for the person who asked."""

from __future__ import annotations


class StepRefused(Exception):
    """A step of a review can't be taken. Its text says why, in the reader's language."""
