{#- The snapshots to build, numbered in order: joins and spans count in places, not in times. #}
snapshots (place, snapshot_ts) as (
  values
    {%- for snapshot in snapshots %}
    ({{ loop.index }}, {{ snapshot | ts }}){{ "" if loop.last else "," }}
    {%- endfor %}
),
