"""The administrators' lists of the record: learners, enrolments, attempts and certificates."""
