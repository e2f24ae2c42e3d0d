"""The account of a person: an e-mail address, and what its owner chose to add.

Whatever decides who gets in and what they may do is *decisive*. The account counts how often that has changed, and what was begun
before counts only while the numbers are those it began with (`standing`); a session, while one of them is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.names import MAX_LENGTH
from foundation import languages

# Which columns of the account each of its numbers counts. Roles, and the second factor, are in other tables:
# `accounts.services.note_change` counts those.
COUNTED_IN = {"changes": ("email", "password", "is_active"), "role_changes": ("is_superuser",)}
DECISIVE = tuple(name for names in COUNTED_IN.values() for name in names)


class ChangeCounter(models.PositiveBigIntegerField):  # type: ignore[type-arg] # generic to the checker only
    """Counts in the database, and is never written back: a copy that was read before a change would undo the count."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add or not isinstance(model_instance, User):
            return super().pre_save(model_instance, add)
        return F(self.attname) + (1 if model_instance.decisive_changes(COUNTED_IN[self.attname]) else 0)


class UserQuerySet(models.QuerySet["User"]):
    """Counts what is changed for many at once, too."""

    def update(self, **fields: Any) -> int:
        for number, names in COUNTED_IN.items():
            if not fields.keys().isdisjoint(names):
                fields.setdefault(number, F(number) + 1)
        return super().update(**fields)

    update.alters_data = True  # type: ignore[attr-defined] # as Django's own


class UserManager(BaseUserManager["User"]):
    """Creates accounts; addresses are compared without regard to case."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

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
    # How often something has changed that ends sessions: address, password, second factor, being switched on or off.
    changes = ChangeCounter(default=0, db_default=0, editable=False)
    # How often roles have changed. Sessions go on: rights are asked for at each request.
    role_changes = ChangeCounter(default=0, db_default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_ci")]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> User:
        found: User = super().from_db(*args, **kwargs)
        found.remember_stored()
        return found

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        super().refresh_from_db(using, fields, from_queryset)
        self.remember_stored(fields)

    def remember_stored(self, fields: Iterable[str] | None = None) -> None:
        """Take what the instance holds of these fields (all, unless told) for what the database holds."""
        names = DECISIVE if fields is None else [name for name in DECISIVE if name in fields]
        stored: dict[str, Any] = self.__dict__.setdefault("_stored", {})
        stored.update({name: self.__dict__[name] for name in names if name in self.__dict__})

    def stored(self, field: str) -> Any:
        """Return what the database held of a decisive field when it was read; None if it was not read."""
        return self.__dict__.get("_stored", {}).get(field)

    def decisive_changes(self, fields: Iterable[str] | None = None) -> set[str]:
        """Return which decisive fields differ from what was read; of these fields, if told."""
        stored = self.__dict__.get("_stored", {})
        held = {name: self.__dict__[name] for name in DECISIVE if name in self.__dict__}
        changed = {name for name, value in held.items() if name not in stored or stored[name] != value}
        return changed if fields is None else changed & set(fields)

    @property
    def standing(self) -> str:
        """What an act begun now is made for: this person, with this address, password, roles and second factor, switched on.

        A digest, so that it may stand in a session or a link. Everything that can change in it is in the row of the account.
        """
        facts = (self.pk, self.email, self.password, self.is_active, self.is_superuser, self.changes, self.role_changes)
        return salted_hmac("accounts.standing", repr(facts), algorithm="sha256").hexdigest()

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        # Wherever an account is made (sign-up, the admin, a command): addresses are looked up in lower case, and an
        # empty hash would count as a password that can be asked for.
        self.email = self.email.lower()
        if not self.password:
            self.set_unusable_password()
        if update_fields is not None:
            named = set(update_fields)
            update_fields = named if named.isdisjoint(DECISIVE) else {*named, *COUNTED_IN}
        super().save(*args, update_fields=update_fields, **kwargs)

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's; but that a hash is made anew, in today's way, is no change of the password."""

        def renew(raw: str) -> None:
            former = self.password
            self.set_password(raw)
            self._password = None
            # Of this very hash: a password that was set meanwhile is not undone.
            rows = User._base_manager.filter(pk=self.pk)
            if not rows.filter(password=former).update(password=self.password):
                present = rows.values_list("password", flat=True).first()
                # Made anew by another request of the same moment, or another password by now.
                self.password = present if present and check_password(raw, present) else former
            self.remember_stored(["password"])

        return check_password(raw_password, self.password, renew)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, which a session must hold to count; and once anything has changed that ends sessions, with the number of changes."""
        key_salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        held = f"{self.password}{self.changes or ''}"
        return salted_hmac(key_salt, held, secret=secret, algorithm="sha256").hexdigest()
