"""Addresses of sign-in and of the account. Allauth does the work behind these pages; its own pages have no address.

The names are allauth's where its flows look for them.
"""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from accounts.views import (
    account,
    browsers,
    codes,
    contest,
    entrance,
    history,
    institutions,
    passwords,
    reauthentication,
    recovery_codes,
    second_factor,
    second_factor_check,
)

code = codes.CodeView.as_view()

urlpatterns: list[URLPattern] = [
    # The door
    path("login/", entrance.SignInView.as_view(), name="account_login"),
    path("login/password/", entrance.PasswordSignInView.as_view(), name="account_login_password"),
    path("login/code/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="account_request_login_code"),
    path("login/second-factor/", second_factor_check.SignInFactorView.as_view(), name="mfa_authenticate"),
    path("signup/", entrance.SignUpView.as_view(), name="account_signup"),
    # One address for both codes, so that it can't be told from it whether an address had an account.
    path("code/", code, name="account_confirm_login_code"),
    path("code/", code, name="account_email_verification_sent"),
    path("password/reset/", passwords.ResetPasswordView.as_view(), name="account_reset_password"),
    path("password/reset/code/", codes.ResetCodeView.as_view(), name="account_confirm_password_reset_code"),
    path("password/reset/new/", passwords.CompleteResetView.as_view(), name="account_complete_password_reset"),
    # The sign-in of an institution: names and arguments are allauth's
    path("institution/<slug:provider_id>/", institutions.begin, name="openid_connect_login"),
    path("institution/<slug:provider_id>/callback/", institutions.callback, name="openid_connect_callback"),
    path("institutions/join/", institutions.JoinView.as_view(), name="institution_join"),
    path("institutions/<int:identity_id>/leave/", institutions.leave, name="institution_leave"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("inactive/", entrance.inactive, name="account_inactive"),
    path("deleted/", account.deleted, name="account_deleted"),
    # What a former mailbox may say of a change of address
    path("contest/<str:token>/", contest.contest, name="account_contest"),
    path("browser/<str:token>/", browsers.know_browser, name="account_know_browser"),
    # The account
    path("", account.AccountView.as_view(), name="account_home"),
    path("email/", account.NewEmailView.as_view(), name="account_email"),
    path("password/set/", passwords.SetPasswordView.as_view(), name="account_set_password"),
    path("password/change/", passwords.ChangePasswordView.as_view(), name="account_change_password"),
    path("sessions/", account.sessions, name="usersessions_list"),
    path("history/", history.history, name="account_history"),
    path("data/", account.data, name="account_data"),
    path("delete/", account.DeleteAccountView.as_view(), name="account_delete"),
    # The second factor
    path("second-factor/", second_factor.overview, name="mfa_index"),
    path("second-factor/app/", second_factor.AppView.as_view(), name="mfa_activate_totp"),
    path("second-factor/passkey/", second_factor.PasskeyView.as_view(), name="mfa_add_webauthn"),
    path("second-factor/<int:factor_id>/remove/", second_factor.remove, name="mfa_remove"),
    path("second-factor/codes/", recovery_codes.view_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/download/", recovery_codes.download_codes, name="mfa_download_recovery_codes"),
    path("second-factor/codes/new/", recovery_codes.make_new, name="mfa_generate_recovery_codes"),
    path("second-factor/confirm/", second_factor_check.ConfirmFactorView.as_view(), name="mfa_reauthenticate"),
    # Showing again who one is
    path("confirm/", reauthentication.IdentityView.as_view(), name="account_reauthenticate"),
    path("confirm/code/", codes.IdentityCodeView.as_view(), name="account_reauthenticate_code"),
]
