"""What the core adds to Wagtail's admin for editors. Registered in `core.wagtail_hooks`."""
