"""The floors: two bare projects with the defaults of Django and Wagtail, the least that a request costs on this machine."""
