-- How messages spread over their authors.
select authors, "min" as fewest, q25, median, q75, "max" as most
from mart.messages_per_user
