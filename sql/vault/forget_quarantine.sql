-- {{ plan.table.label }}: its quarantined rows of affected units, to be judged again. Rows without a
-- key belong to no unit: they stay.
delete from {{ binding.stage.quarantine.sql }}
where
  table_name = {{ plan.table.label | lit }}
  and reason not like 'null_key:%'
  and (batch_id, row_no) in (
    select (s.batch_id, s.row_no)
    from {{ binding.stage.table.sql }} as s
    where ({{ binding.unit | cols("s") }}) in (select {{ plan.unit | cols }} from affected)
  )
