"""Whom each address of the site is for. An address that is not in this table fails the tests, and so does an entry without one.

A new view starts here: choose its audience, and the tests say what that promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern

from knowledge.outputs import OUTPUTS, Readers


class Audience(Enum):
    """What an audience promises about the answer to someone who is not signed in."""

    PUBLIC = "anyone; the same bytes for everyone; no cookie, no session, never varies by cookie"
    NEGOTIATED = "anyone; only the language differs, by parameter, cookie or Accept-Language; sets no cookie"
    FILE = "a file: open ones to anyone, the rest by the rule of the page that uses it; sets no cookie"
    DOOR = "anyone; the way in: signing in, joining a course; private, never stored"
    PRIVATE = "signed-in people, about themselves; others are sent to the door"
    API = "signed-in people, JSON; others get 401"
    STATE = "JSON about whoever asks: a stranger is told only that nobody is signed in; no cookie for strangers, never stored"
    STAFF = "people who may enter the admin; others are sent to the door"
    DEMO = "the demo only; does not exist elsewhere"


A = Audience

# An output of a work says itself for whom it is.
OF_OUTPUTS = {Readers.EVERYONE: A.PUBLIC, Readers.WHO_MAY_READ_THE_PAGE: A.FILE}

# By name, with its namespace. i18n patterns count once, whatever the language.
BY_NAME: dict[str, Audience] = {
    "healthz": A.PUBLIC,
    "readyz": A.PUBLIC,
    "sitemap": A.PUBLIC,
    "robots_txt": A.PUBLIC,
    "security_txt": A.PUBLIC,
    "search": A.PUBLIC,
    "wagtail_serve": A.PUBLIC,
    # The library beside its pages.
    "knowledge:author": A.PUBLIC,
    "knowledge:topic": A.PUBLIC,
    "knowledge:country": A.PUBLIC,
    **{output.url_name: OF_OUTPUTS[output.readers] for output in OUTPUTS},
    "front_door": A.NEGOTIATED,
    "media": A.FILE,
    "wagtaildocs_serve": A.FILE,
    # Certificates: what an employer sees.
    "credential": A.NEGOTIATED,
    "credential_pdf": A.FILE,
    "credential_verify": A.NEGOTIATED,
    # The record.
    "learning:index": A.PRIVATE,
    "credentials:certificate": A.PRIVATE,
    "learning:course": A.DOOR,  # says how to join; the record of those who have
    "learning:finish": A.PRIVATE,
    "learning:resume": A.PRIVATE,
    "learning:step": A.PRIVATE,
    "learning:attempt": A.PRIVATE,
    "learning:send": A.PRIVATE,
    # The one door.
    "account_login": A.DOOR,
    "account_login_password": A.DOOR,
    "account_signup": A.DOOR,
    "account_logout": A.DOOR,
    "account_inactive": A.DOOR,
    "account_deleted": A.DOOR,
    "account_request_login_code": A.DOOR,
    "account_confirm_login_code": A.DOOR,
    "account_email_verification_sent": A.DOOR,
    "account_reset_password": A.DOOR,
    "account_confirm_password_reset_code": A.DOOR,
    "account_complete_password_reset": A.DOOR,
    "mfa_authenticate": A.DOOR,
    "account_contest": A.DOOR,
    "account_know_browser": A.DOOR,
    "openid_connect_login": A.DOOR,
    "openid_connect_callback": A.DOOR,
    "wagtaildocs_authenticate_with_password": A.DOOR,
    # The account behind it.
    "account_home": A.PRIVATE,
    "account_email": A.PRIVATE,
    "account_change_password": A.PRIVATE,
    "account_set_password": A.PRIVATE,
    "account_data": A.PRIVATE,
    "account_history": A.PRIVATE,
    "account_delete": A.PRIVATE,
    "institution_join": A.PRIVATE,
    "institution_leave": A.PRIVATE,
    "account_reauthenticate": A.PRIVATE,
    "account_reauthenticate_code": A.PRIVATE,
    "mfa_index": A.PRIVATE,
    "mfa_activate_totp": A.PRIVATE,
    "mfa_add_webauthn": A.PRIVATE,
    "mfa_remove": A.PRIVATE,
    "mfa_view_recovery_codes": A.PRIVATE,
    "mfa_download_recovery_codes": A.PRIVATE,
    "mfa_generate_recovery_codes": A.PRIVATE,
    "mfa_reauthenticate": A.PRIVATE,
    "usersessions_list": A.PRIVATE,
}

# Whole subtrees, for what is declared elsewhere (Wagtail's admin) or named by what it does (the JSON of the record).
BY_PREFIX: dict[str, Audience] = {
    "admin/": A.STAFF,
    "learning/api/": A.API,
    "demo/": A.DEMO,
    "styleguide/": A.DEMO,
}

# Exceptions inside those subtrees.
EXCEPTIONS: dict[str, Audience] = {
    "admin_login": A.DOOR,
    "admin_password_reset": A.DOOR,
    # Words and icons of the admin's own script; the same for everyone.
    "wagtailadmin_javascript_catalog": A.FILE,
    "wagtailadmin_sprite": A.FILE,
    "learning-api:all_states": A.STATE,
    "learning-api:read_course_state": A.STATE,
    "learning-api:unknown_address": A.NEGOTIATED,
    # How to talk to the JSON addresses: nothing about anybody.
    "learning-api:openapi-json": A.FILE,
}


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its route without the language, its full name, and the arguments it takes."""

    route: str
    name: str
    pattern: URLPattern
    is_translated: bool = False
    is_regex: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(self.pattern.pattern.regex.groupindex)

    @property
    def audience(self) -> Audience | None:
        """What the table says; None when it says nothing."""
        for table in (EXCEPTIONS, BY_NAME):
            if self.name in table:
                return table[self.name]
        return next((audience for prefix, audience in BY_PREFIX.items() if self.route.startswith(prefix)), None)


def addresses(
    resolver: URLResolver | None = None,
    route: str = "",
    namespaces: tuple[str, ...] = (),
    *,
    is_translated: bool = False,
    is_regex: bool = False,
) -> Iterator[Address]:
    """Walk every URL pattern of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        is_language = isinstance(pattern.pattern, LocalePrefixPattern)
        full = route if is_language else route + str(pattern.pattern)
        regex = is_regex or isinstance(pattern.pattern, RegexPattern)
        translated = is_translated or is_language
        if isinstance(pattern, URLPattern):
            yield Address(full, ":".join([*namespaces, pattern.name or ""]), pattern, translated, regex)
        else:
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern, full, inner, is_translated=translated, is_regex=regex)
