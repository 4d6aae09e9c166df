-- Marts of a lake, with their rows as the catalog knows them.
select table_name as mart, estimated_size as rows
from duckdb_tables()
where database_name = current_database() and schema_name = 'mart'
order by mart
