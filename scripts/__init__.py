"""Programs that the Makefile calls. The site imports nothing from here."""
