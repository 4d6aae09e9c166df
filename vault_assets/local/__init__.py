"""Local services: a Postgres and an S3 server as processes of this user, without installation."""
