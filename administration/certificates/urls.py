"""Addresses below /admin/certificates/, beside the list."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.admin_second_factor import just_shown
from administration.audit.views import AuditView
from administration.certificates.detail import DetailView
from administration.certificates.issue import IssueView
from administration.certificates.replace import ReplaceView
from administration.certificates.revoke import RevokeView

app_name = "certificates_admin"
urlpatterns: list[URLPattern] = [
    path("audit/", AuditView.as_view(), name="audit"),
    path("audit/results/", AuditView.as_view(results_only=True), name="audit_results"),
    path("issue/<int:enrolment_id>/", just_shown(IssueView.as_view()), name="issue"),
    path("<uuid:pk>/", DetailView.as_view(), name="detail"),
    path("<uuid:pk>/revoke/", just_shown(RevokeView.as_view()), name="revoke"),
    path("<uuid:pk>/replace/", just_shown(ReplaceView.as_view()), name="replace"),
]
