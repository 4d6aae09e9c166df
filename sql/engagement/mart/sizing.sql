-- mart.sizing: how many buckets keep each of them below a size.
-- Rule: bytes of a year / bytes of the largest bucket, rounded up, at least one.
select
  greatest(
    1,
    (
      cast($users as bigint) * cast($events_per_user as bigint) * cast($bytes_per_event as bigint)
      + cast($bucket_bytes as bigint) - 1
    ) // cast($bucket_bytes as bigint)
  ) as buckets
