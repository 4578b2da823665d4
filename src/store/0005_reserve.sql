-- Nobody waits for a turn past the unverified budget any more; a part of the budget is left for new addresses.
DROP TABLE guard_tickets;
ALTER TABLE verifications RENAME COLUMN ticket TO reserve;
