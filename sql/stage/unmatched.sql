{#- Records of the rows whose lookup finds nothing: row_no, raw, reason, column_name, detail. -#}
select
  row_no,
  cast(to_json(struct_pack({% for name, cell in cells %}{{ name | q }} := {{ cell }}{{ "" if loop.last else ", " }}{% endfor %})) as varchar) as raw,
  'prejoin:' || _prejoin as reason,
  case _prejoin
    {%- for prejoin in prejoins %}
    when {{ prejoin.name | lit }} then {{ prejoin.on[0][0] | lit }}
    {%- endfor %}
  end as column_name,
  case _prejoin
    {%- for prejoin in prejoins %}
    when {{ prejoin.name | lit }}
      then {{ ("no row of " ~ prejoin.stage.source ~ " has ") | lit }}
      {%- for own, value, there in prejoin.on %}
        || {{ ((", " if not loop.first else "") ~ there ~ ' "') | lit }} || cast({{ value }} as varchar) || '"'
      {%- endfor %}
    {%- endfor %}
  end as detail
from prejoined_rows as l
where _prejoin is not null
