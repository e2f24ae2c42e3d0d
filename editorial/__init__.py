"""The editors' desk: what the core adds to Wagtail's admin. Registered in `core.wagtail_hooks`."""
