-- The code was right, and the app around us did not let the visitor in: its sentence, empty where it failed.
ALTER TABLE verifications ADD COLUMN denied TEXT;
