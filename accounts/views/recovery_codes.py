"""The pages of the recovery codes: show them once, download them, make new ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import recovery_codes
from accounts.changes import Change
from accounts.next_page import next_page, with_next
from accounts.second_factor import has_second_factor, recent_proof_required
from accounts.services.make_recovery_codes import make_recovery_codes
from accounts.sessions import stay_signed_in
from accounts.views.base import person
from accounts.views.errors import unless_held


@never_cache
@recent_proof_required
def view_codes(request: HttpRequest) -> HttpResponse:
    """Show the codes that were just made; on POST their owner has kept them, and goes on. Later, say how many are left."""
    if request.method == "POST":
        recovery_codes.close(request)
        return HttpResponseRedirect(next_page(request) or reverse("mfa_index"))
    user = person(request)
    if not has_second_factor(user):
        return HttpResponseRedirect(with_next(request, reverse("mfa_index")))
    unused = recovery_codes.unused(user)
    context = {
        "codes": unused if recovery_codes.may_see(request) else [],
        "left": len(unused),
        "next_page": next_page(request),
        "new_url": with_next(request, reverse("mfa_generate_recovery_codes")),
    }
    return render(request, "accounts/recovery_codes.html", context)


@never_cache
@require_safe
@recent_proof_required
def download_codes(request: HttpRequest) -> HttpResponse:
    """Hand the codes over as a text file, while they may be seen."""
    if not recovery_codes.may_see(request):
        return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))
    user = person(request)
    text = render_to_string("accounts/recovery_codes.txt", {"codes": recovery_codes.unused(user), "email": user.email}, request)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="puente-recovery-codes.txt"'
    return response


@never_cache
@require_POST
@recent_proof_required
@unless_held
def make_new(request: HttpRequest) -> HttpResponse:
    """Make new codes in place of the former ones, and show them."""
    user = person(request)
    if not has_second_factor(user):
        return HttpResponseRedirect(with_next(request, reverse("mfa_index")))
    make_recovery_codes(user=user)
    stay_signed_in(request, user, Change.SECOND_FACTOR)
    recovery_codes.let_see(request)
    return HttpResponseRedirect(with_next(request, reverse("mfa_view_recovery_codes")))
