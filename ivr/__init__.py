"""The menu language, its interpreter, spoken phrases and self-service transactions; pure outside ivr/io."""
