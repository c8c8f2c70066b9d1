"""What a shop's Python server does with Segment's and RudderStack's kits; run with their own libraries on the path."""

import importlib
import json
import sys

kit, host, key = sys.argv[1:]
Client = importlib.import_module(f"{kit}.analytics.client").Client
failed: list[str] = []
client = Client(key, host=host, gzip=True, on_error=lambda error, _items: failed.append(str(error)))
person = {"user_id": "member-7"}
client.identify(**person, traits={"email": "mina@damso.example", "grade": "gold"})
client.track(**person, event="Order Completed", properties={"total": 39000})
client.page(**person, name="Home")
client.screen(**person, name="Cart")
client.group(**person, group_id="acme", traits={"plan": "big"})
client.alias(previous_id="member-1", user_id="member-7")
client.shutdown()
sys.stdout.write(json.dumps(failed))
