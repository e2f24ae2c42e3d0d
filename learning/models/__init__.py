"""The record: enrolments, attempts and credentials. They point at content by key, never by a foreign key to a page.

Lock order: run, person, enrolment, attempt, credential.
"""

from learning.models.audit import AuditEntry
from learning.models.credentials import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Credential,
    CredentialFile,
    CredentialHold,
    CredentialHolder,
    CredentialNotice,
    new_code,
)
from learning.models.exports import RecordExport
from learning.models.record import Attempt, CountsMended, Enrolment, Progressed, RunStat, StepStat

__all__ = [
    "CODE_ALPHABET",
    "CODE_LENGTH",
    "Attempt",
    "AuditEntry",
    "CountsMended",
    "Credential",
    "CredentialFile",
    "CredentialHold",
    "CredentialHolder",
    "CredentialNotice",
    "Enrolment",
    "Progressed",
    "RecordExport",
    "RunStat",
    "StepStat",
    "new_code",
]
