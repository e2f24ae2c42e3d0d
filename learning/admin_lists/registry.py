"""All lists of the record by name, for their pages and for exports."""

from __future__ import annotations

from learning.admin_lists.attempts import AttemptListing
from learning.admin_lists.certificates import CertificateListing
from learning.admin_lists.enrolments import EnrolmentListing
from learning.admin_lists.learners import LearnerListing
from learning.admin_lists.listing import Listing

LISTINGS: dict[str, Listing] = {
    listing.name: listing for listing in (LearnerListing(), EnrolmentListing(), AttemptListing(), CertificateListing())
}
