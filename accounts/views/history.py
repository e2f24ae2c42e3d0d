"""The page of a person's own security history."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.changes import label_of
from accounts.models import SecurityEvent
from accounts.views.base import person

# As many as anybody reads; the copy of one's data has all.
MOST = 100


@never_cache
@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """List what was changed that decides who gets in, the newest first."""
    found = SecurityEvent.objects.filter(user=person(request)).order_by("-at", "-pk")[:MOST]
    events = [{"at": event.at, "label": label_of(event.kind), "detail": event.detail} for event in found]
    return render(request, "accounts/history.html", {"events": events})
