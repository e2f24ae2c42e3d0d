"""All lists of the record by name, for their pages and for exports."""

from __future__ import annotations

from administration.lists.attempts import AttemptListing
from administration.lists.certificates import CertificateListing
from administration.lists.enrolments import EnrolmentListing
from administration.lists.learners import LearnerListing
from administration.lists.listing import Listing

LISTINGS: dict[str, Listing] = {
    listing.name: listing for listing in (LearnerListing(), EnrolmentListing(), AttemptListing(), CertificateListing())
}
