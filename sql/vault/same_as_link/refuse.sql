-- {{ plan.table.label }}: the rows of a batch that would close a cycle are quarantined.
update decided
set _reason = 'cycle'
where
  load_ts = {{ since | ts }}
  and _reason is null
  and {{ duplicate }} in (select _duplicate from closing)
