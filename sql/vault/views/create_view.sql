-- {{ view.label }}: created with its table, replaced when the table's columns change.
create or replace view {{ view.sql }} as
{% set rows = plan.table.sql %}
{% include "vault/" ~ plan.pattern ~ "/views/" ~ kind ~ ".sql" %}
