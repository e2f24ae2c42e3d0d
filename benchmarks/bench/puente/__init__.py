"""Puente itself, with the settings of production."""
