"""Addresses below /admin/certificates/, beside the list."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.staff_door import just_shown
from learning.certificate_admin.audit import AuditView
from learning.certificate_admin.detail import DetailView
from learning.certificate_admin.issue import IssueView
from learning.certificate_admin.replace import ReplaceView
from learning.certificate_admin.revoke import RevokeView

app_name = "certificates_admin"
urlpatterns: list[URLPattern] = [
    path("audit/", AuditView.as_view(), name="audit"),
    path("audit/results/", AuditView.as_view(results_only=True), name="audit_results"),
    path("issue/<int:enrolment_id>/", just_shown(IssueView.as_view()), name="issue"),
    path("<uuid:pk>/", DetailView.as_view(), name="detail"),
    path("<uuid:pk>/revoke/", just_shown(RevokeView.as_view()), name="revoke"),
    path("<uuid:pk>/replace/", just_shown(ReplaceView.as_view()), name="replace"),
]
