"""Figures, measured: each file is one command that prints them. Nothing here is a test."""
