"""The account of a person: an e-mail address, and what its owner chose to add."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.names import MAX_LENGTH
from foundation import languages


class UserManager(BaseUserManager["User"]):
    """Creates accounts; addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an account; without a password it can only be entered by a code sent by e-mail."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create someone who may do everything."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """A person with an account. The printed name is empty until its owner wants a certificate.

    Who is staff says `accounts.staff`, from rights; Django's flag `is_staff` is not used.
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    printed_name = models.CharField(_("name on certificates"), max_length=MAX_LENGTH, blank=True)
    # What a new certificate starts with: whether its public page shows the name. Each certificate keeps its own answer.
    show_name = models.BooleanField(_("show the name on public certificate pages"), default=False)
    language = models.CharField(_("language"), max_length=10, choices=languages.choices, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_ci")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Wherever an account is made (sign-up, the admin, a command): addresses are looked up in lower case, and an
        # empty hash would count as a password that can be asked for.
        self.email = self.email.lower()
        if not self.password:
            self.set_unusable_password()
        super().save(*args, **kwargs)
