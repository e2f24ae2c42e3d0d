"""Pages of certificates: the public page that anyone may check, the file, and the holder's own page."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.languages import chosen_in_address
from core.ranges import in_part
from credentials.certificate.values import credential_title, day_in, written_code
from credentials.forms import VerifyForm
from credentials.models import Credential
from credentials.services.check_printable import check_printable
from credentials.services.make_pdf import CredentialNameless, CredentialRevoked, PdfHeld, made_pdf, make_pdf
from credentials.services.show_name import show_name
from learning.views.base import address_language, private, to_sign_in


@require_safe
def public(request: HttpRequest, credential_id: UUID) -> HttpResponse:
    """What anyone may know about a certificate: valid, revoked, replaced or unknown. Looks at no session."""
    credential = _found(credential_id)
    if credential is None:
        return _open(request, render(request, "credentials/credential_unknown.html", status=404))
    return _open(request, render(request, "credentials/credential.html", _public_context(request, credential)))


@require_safe
def mistyped(request: HttpRequest, credential_id: str) -> HttpResponse:
    """Lead an address typed in capitals or without hyphens to the right one; say what to check about any other."""
    try:
        found = UUID(credential_id)
    except ValueError:
        return _open(request, render(request, "credentials/credential_unknown.html", status=404))
    return _open(request, HttpResponseRedirect(_address(found, chosen_in_address(request))))


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Find a certificate by the code that is printed on it."""
    chosen = chosen_in_address(request)
    if "code" not in request.GET:
        return _open(request, render(request, "credentials/credential_verify.html", {"form": VerifyForm(), "lang": chosen}))
    form = VerifyForm(request.GET)
    if form.is_valid():
        if (found := _wanted(form.cleaned_data["code"])) is not None:
            return _open(request, HttpResponseRedirect(_address(found, chosen)))
        form.add_error("code", _("No certificate of this site has this code. Compare it with the paper, character by character."))
    return _open(request, render(request, "credentials/credential_verify.html", {"form": form, "lang": chosen}, status=404))


@require_safe
@private
def pdf(request: HttpRequest, credential_id: UUID) -> HttpResponse:
    """The file. It carries the name, so it is for the holder, or for anyone while the holder shows the name."""
    credential = _found(credential_id)
    if credential is None:
        return render(request, "credentials/credential_unknown.html", status=404)
    page = {"credential_url": _address(credential.pk, chosen_in_address(request))}
    holder = getattr(credential, "holder", None)
    if credential.is_over or holder is None:
        return render(request, "credentials/credential_gone.html", page, status=410)
    if not (holder.show_name or _is_holder(request, credential)):
        return render(request, "credentials/credential_closed.html", page, status=403)
    language = address_language(request)
    try:
        body = made_pdf(credential=credential, language=language) or make_pdf(credential_id=credential.pk, language=language)
    except PdfHeld as held:
        return render(request, "credentials/credential_held.html", page | {"missing": " ".join(held.characters)}, status=409)
    except (CredentialRevoked, CredentialNameless):
        # Between the look and the lock.
        return render(request, "credentials/credential_gone.html", page, status=410)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_filename(credential, language)}"'
    response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    set_response_etag(response)
    return cast(HttpResponse, in_part(request, response))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def mine(request: HttpRequest, credential_id: UUID) -> HttpResponse:
    """The holder's page: how the certificate looks, its files, its address, and who sees the name."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    credential = _found(credential_id)
    if credential is None or not _is_holder(request, credential):
        raise Http404
    if request.method == "POST":
        show = request.POST.get("show") == "1"
        show_name(learner=request.user, credential_id=credential_id, show=show)
        messages.success(
            request, _("Your name is now shown on the public page.") if show else _("Your name is no longer shown on the public page.")
        )
        return HttpResponseRedirect(reverse("credentials:certificate", args=[credential_id]))
    return render(request, "credentials/certificate_mine.html", _holder_context(request, credential))


def _found(credential_id: UUID) -> Credential | None:
    """Return a credential with all that its pages show, in one query."""
    return Credential.objects.select_related("holder", "hold", "replaced_by").filter(pk=credential_id).first()


def _wanted(wanted: UUID | str) -> UUID | None:
    """Return the id of the credential that has this id or code."""
    found = Credential.objects.filter(pk=wanted) if isinstance(wanted, UUID) else Credential.objects.filter(code=wanted)
    return found.values_list("pk", flat=True).first()


def _address(credential_id: UUID, chosen: str) -> str:
    """Return the address of a public page, in the language that the reader chose in the address of this one."""
    return reverse("credential", args=[credential_id]) + (f"?lang={chosen}" if chosen else "")


def _is_holder(request: HttpRequest, credential: Credential) -> bool:
    """Whether the reader is the holder. Without a session's cookie there is no need to look for a session."""
    holder = getattr(credential, "holder", None)
    if holder is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return request.user.is_authenticated and holder.learner_id == request.user.pk


def _open(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer as the same for everyone who reads this language, with 304 for who has it already.

    The language middleware adds `Vary: Accept-Language`. The cookie of the language decides only where the address does not,
    so only there the answer varies by it: an address with `?lang=` can be kept by any cache.
    """
    response["Cache-Control"] = "public, no-cache"
    response["X-Robots-Tag"] = "noindex"
    if not chosen_in_address(request):
        patch_vary_headers(response, ["Cookie"])
    if response.status_code != 200:
        return response
    set_response_etag(response)
    return cast(HttpResponse, get_conditional_response(request, etag=response["ETag"], response=response))


def _filename(credential: Credential, language: str) -> str:
    """Return a name of ASCII letters only, for every system there is."""
    slug = slugify(credential.snapshot["slug"])[:60] or "course"
    return f"puente-{slug}-{written_code(credential.code)}-{language}.pdf"


def _duration(minutes: int) -> str:
    """Write a workload in the reader's language: 45 minutes, 1 hour 30 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}] if hours else []
    if rest or not hours:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(parts)


def _card(credential: Credential, language: str, name: str) -> dict[str, Any]:
    """Return what is drawn of a certificate, as credentials/credential_card.html takes it."""
    snapshot = credential.said
    title, title_language = credential_title(snapshot, language)
    return {
        "name": name,
        "title": title,
        "title_language": "" if title_language == language else title_language,
        "topic": snapshot["topic"] or "foundations",
        "slug": snapshot["slug"],
        "duration": _duration(snapshot["minutes"]),
        "completed_on": day_in(snapshot, "completed_on"),
        "decided_on": day_in(snapshot, "decided_on"),
        "grade": snapshot["grade"],
        "honours": snapshot["honours"],
        "issuer": snapshot["issuer"],
        "code": written_code(credential.code),
        "is_demo": snapshot["demo"],
    }


def _public_context(request: HttpRequest, credential: Credential) -> dict[str, Any]:
    holder = getattr(credential, "holder", None)
    shows = holder is not None and holder.show_name and not credential.is_over
    chosen = chosen_in_address(request)
    return {
        "card": _card(credential, address_language(request), holder.printed_name if holder is not None and shows else ""),
        "credential": credential,
        "is_valid": not credential.is_over,
        "was_erased": holder is None,
        "replacement_is_valid": credential.replaced_by is not None and not credential.replaced_by.is_over,
        "replacement_url": _address(credential.replaced_by_id, chosen) if credential.replaced_by_id else "",
        "pdf_url": reverse("credential_pdf", args=[credential.pk]) + f"?lang={address_language(request)}" if shows else "",
        "verify_url": reverse("credential_verify") + (f"?lang={chosen}" if chosen else ""),
        "address": f"{settings.SITE_URL.rstrip('/')}{reverse('credential', args=[credential.pk])}",
    }


def _holder_context(request: HttpRequest, credential: Credential) -> dict[str, Any]:
    language = address_language(request)
    over = credential.is_over
    missing = "" if over else check_printable(credential=credential, language=language)
    pdf_url = reverse("credential_pdf", args=[credential.pk])
    files = [{"code": code, "label": label, "url": f"{pdf_url}?lang={code}"} for code, label in settings.LANGUAGES]
    page_url = reverse("credential", args=[credential.pk])
    return {
        "card": _card(credential, language, credential.holder.printed_name),
        "credential": credential,
        "holder": credential.holder,
        "is_valid": not over,
        "replacement_url": reverse("credentials:certificate", args=[credential.replaced_by_id]) if credential.replaced_by_id else "",
        "missing": " ".join(missing),
        "files": [] if over or missing else files,
        "page_url": page_url,
        "address": f"{settings.SITE_URL.rstrip('/')}{page_url}",
        "breadcrumbs": [(_("My learning"), reverse("learning:index"))],
    }
