"""The pages below /accounts/: the one door for learners and staff, and the account behind it."""
