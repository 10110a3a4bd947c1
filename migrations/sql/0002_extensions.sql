-- Contrib only: similarity for finding people, exclusion of overlapping appointments.
create extension if not exists pg_trgm;
create extension if not exists btree_gist;
