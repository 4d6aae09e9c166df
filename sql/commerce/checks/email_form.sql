-- staging.customers: addresses that are not name@domain.tld, in the batches of this load.
select batch_id, row_no, email
from staging.customers
where list_contains($batches, batch_id)
  and not regexp_full_match(email, '[^@\s]+@[^@\s]+\.[^@\s]+')
