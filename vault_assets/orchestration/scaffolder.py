"""`dg scaffold defs vault_assets.Warehouse <path>`: a small warehouse that loads at once."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from vault_assets.model.names import checked

TEMPLATE = """\
# Warehouse {name}. Every key is explained by the component's schema and in docs/declaration.md.
type: vault_assets.Warehouse

attributes:
  name: {name}
  description: What this warehouse answers.
  owners: [team:data]

  sources:
    customers:
      description: Customers; a file is a full snapshot.
      objects: {name}/customers/**/*.csv
      delivery: full
      columns:
        id: {{type: integer, nullable: false, unique: true}}
        name: text(200)
        city: text(100)

  hubs:
    h_customers:
      description: Customers.
      hash_key: hk_customer_id
      keys: customer_id
      from: {{stage: customers, columns: {{customer_id: id}}}}

  satellites:
    s_customer_details:
      description: What is known of a customer.
      parent: h_customers
      payload: [name, city]
      from: customers
"""


PLATFORM = '''\
"""What all warehouses of the project share: resources, the executor, alerts."""

import dagster as dg

import vault_assets


@dg.definitions
def platform() -> dg.Definitions:
    """Return what they need once."""
    return vault_assets.platform_definitions()
'''


class ScaffoldParams(dg.Model):
    """Options of the scaffolder."""

    name: str | None = Field(None, description="Name of the warehouse; default: of the folder.")


class WarehouseScaffolder(dg.Scaffolder[ScaffoldParams]):
    """Writes a `defs.yaml` to start from."""

    @classmethod
    def get_scaffold_params(cls) -> type[ScaffoldParams]:
        """Return the model of the options."""
        return ScaffoldParams

    def scaffold(self, request: dg.ScaffoldRequest[ScaffoldParams]) -> None:
        """Write the file, and for the first warehouse of a project what all of them need."""
        given = request.params.name if request.params else None
        name = checked(given or request.target_path.name.lower().replace("-", "_"))
        request.target_path.mkdir(parents=True, exist_ok=True)
        path = request.target_path / "defs.yaml"
        path.write_text(TEMPLATE.format(name=name), encoding="utf-8")
        _write_platform(request.target_path)


def _write_platform(warehouse: Path) -> None:
    defs = next((folder for folder in warehouse.parents if folder.name == "defs"), None)
    if defs is None:
        return
    modules = defs.rglob("*.py")
    if not any("platform_definitions" in path.read_text(encoding="utf-8") for path in modules):
        (defs / "platform.py").write_text(PLATFORM, encoding="utf-8")
