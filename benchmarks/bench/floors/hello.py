"""The three views of the bare Django project: hello, hello to who is signed in, and the same with one row written."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

UPSERT = (
    "INSERT INTO bench_upsert (person, value, at) VALUES (%s, %s, now()) "
    "ON CONFLICT (person) DO UPDATE SET value = bench_upsert.value + 1, at = now()"
)


def hello(request: HttpRequest) -> HttpResponse:
    """Greet without reading the session or the database."""
    return HttpResponse("Hello")


def signed_in(request: HttpRequest) -> HttpResponse:
    """Read the session and the person."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    return HttpResponse(f"Hello {request.user.pk}")


@csrf_exempt
def upsert(request: HttpRequest) -> HttpResponse:
    """Read the session and the person, and write one row of theirs."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [request.user.pk, 1])
    return HttpResponse("Hello")


urlpatterns = [path("hello", hello), path("signed-in", signed_in), path("upsert", upsert)]
