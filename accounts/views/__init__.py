"""Views below /accounts/: sign-in, the same for learners and staff, and the account of whoever is signed in."""
