"""Declare the personal data in the record: what is exported, and what happens to it when the account is deleted.

Everything goes except one thing: that a certificate with this number was issued on this day for this course. The row
names nobody; it stays so that a paper in an employer's hands is not taken for a forgery.
"""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.privacy import Rows, declare, rows
from learning.models import Attempt, AuditEntry, Credential, CredentialFile, CredentialHold, CredentialHolder, Enrolment, RecordExport
from learning.services.erase_from_exports import erase_from_exports
from learning.services.uncount_progress import uncount_progress


def declare_record() -> None:
    """Declare the models of the record. Called from `ready()`. Locks and erasers run in this order: the lock order of the record."""
    declare(
        "learning.RecordExport",
        reason="Lists that a member of staff asked for. Go with their account, with their files. When an account is erased, the files that "
        "may hold that person are deleted, whoever asked for them; they can be made again.",
        export=_exports,
        # Before the others: what they erase says in which lists a person may be.
        erase=lambda user: erase_from_exports(user=user),
    )
    declare(
        "learning.Enrolment",
        reason="Which courses, in which language, and which steps are done. Deleted.",
        export=_enrolments,
        lock=_lock_enrolments,
    )
    declare(
        "learning.CredentialHolder",
        reason="Whose a certificate is, and the name on it. Deleted; the certificate stays without them.",
        export=_certificates,
        erase=erase_certificates,
        lock=_lock_certificates,
    )
    declare(
        "learning.CredentialFile", reason="The PDFs, which show the name. Deleted with their files, by learning.CredentialHolder's eraser."
    )
    declare("learning.CredentialHold", reason="Letters of a name that no font has. Deleted by learning.CredentialHolder's eraser.")
    declare(
        "learning.Attempt",
        reason="The paper of an assessment, the answers and the result. Deleted with the enrolment.",
        export=_attempts,
        erase=_erase_enrolments,
    )
    declare(
        "learning.Credential",
        reason="That it was issued, for what and when. Stays: it names nobody, and its link to the enrolment becomes empty.",
    )
    declare("learning.CredentialNotice", reason="That the holder was written to. Names nobody; stays with the certificate.")
    declare(
        "learning.AuditEntry",
        reason="What staff did to the record, and why. Stays: it has no link to anyone, and names by a number that then is nobody's.",
        export=_audit,
    )


def _enrolments(user: User) -> Rows:
    """Return enrolments with the steps done by their keys: bits say nothing without the outline."""
    found: Rows = []
    for enrolment in Enrolment.objects.for_learner(user):
        steps = enrolment.document.steps
        found.append(
            {
                "course_key": enrolment.course_key,
                "language": enrolment.language,
                "state": enrolment.state,
                "enrolled_on": enrolment.enrolled_on,
                "completed_at": enrolment.completed_at,
                "resume_step": enrolment.resume_step,
                "resume_at": enrolment.resume_at,
                "steps_done": [step.key for step in steps if enrolment.done_bits >> step.slot & 1],
                "outline_version": enrolment.document.version,
            }
        )
    return found


def _attempts(user: User) -> Rows:
    """Return attempts with the answers given. Not the paper: it holds the key, and others still take the assessment."""
    attempts = Attempt.objects.filter(enrolment__learner=user).order_by("pk")
    fields = ("enrolment__course_key", "step_key", "number", "answers", "score", "passed", "started_at", "submitted_at")
    return rows(attempts, *fields)


def _certificates(user: User) -> Rows:
    fields = ("credential_id", "credential__code", "credential__issued_at", "credential__revoked_at", "printed_name", "show_name")
    return rows(CredentialHolder.objects.filter(learner=user).order_by("pk"), *fields)


def _audit(user: User) -> Rows:
    """Return what a person did as staff, and what staff did to their own record and why; not who did that."""
    certificates = [str(key) for key in CredentialHolder.objects.filter(learner=user).values_list("credential_id", flat=True)]
    enrolments = [str(key) for key in Enrolment.objects.for_learner(user).values_list("pk", flat=True)]
    about = Q(subject_kind="credential", subject_key__in=certificates) | Q(subject_kind="enrolment", subject_key__in=enrolments)
    entries = AuditEntry.objects.filter(Q(actor_id=user.pk) | about).order_by("pk")
    fields = ("at", "action", "subject_kind", "subject_key", "reason")
    return [{"done_by_you": row.pop("actor_id") == user.pk, **row} for row in rows(entries, "actor_id", *fields)]


def _exports(user: User) -> Rows:
    return rows(RecordExport.objects.filter(asked_by=user), "listing", "format", "asked_at")


def _lock_enrolments(user: User) -> None:
    """Wait for whoever is writing to these enrolments, so that no certificate is awarded while they are erased."""
    list(Enrolment.objects.for_learner(user).select_for_update().order_by("pk").values_list("pk"))


def _lock_certificates(user: User) -> None:
    """Wait for whoever is drawing or replacing one of these certificates, so that no file or holder of it is made meanwhile."""
    held = CredentialHolder.objects.filter(learner=user).values("credential_id")
    list(Credential.objects.filter(pk__in=held).select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def erase_certificates(user: User) -> None:
    """Delete what says whose certificates these are: holder, files and holds. The certificates themselves stay."""
    _lock_certificates(user)
    held = CredentialHolder.objects.filter(learner=user)
    keys = list(held.order_by("pk").values_list("credential_id", flat=True))
    files = CredentialFile.objects.filter(credential__in=keys)
    paths = list(files.values_list("path", flat=True))
    files.delete()
    CredentialHold.objects.filter(credential__in=keys).delete()
    held.delete()
    transaction.on_commit(lambda: _delete_files(paths))


def _delete_files(paths: list[str]) -> None:
    """Delete stored PDFs, except where another certificate has the very same one: they are named by their content."""
    kept = set(CredentialFile.objects.filter(path__in=paths).values_list("path", flat=True))
    for path in paths:
        if path and path not in kept:
            default_storage.delete(path)


def _erase_enrolments(user: User) -> None:
    """Delete enrolments, and take their steps out of the counts: not by signal, which a cascade from the user would send twice."""
    enrolments = Enrolment.objects.for_learner(user).order_by("pk")
    for enrolment in enrolments:
        uncount_progress(enrolment=enrolment)
    enrolments.delete()
