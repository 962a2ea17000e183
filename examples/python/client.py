"""NATS from Python: python client.py [address]"""

import asyncio
import json
import os
import sys

import nats


async def main() -> None:
    server = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8787"
    nc = await nats.connect(server, token=os.environ.get("NATS_TOKEN"))
    info = json.loads((await nc.request("$SYS.REQ.USER.INFO")).data)
    print("connected to", info["server"]["name"])  # the region: nats-weur

    async def respond(message):
        await message.respond(b"hello " + message.data)

    await nc.subscribe("examples.python", cb=respond)
    reply = await nc.request("examples.python", b"from Python", timeout=5)
    print("reply:", reply.data.decode())
    await nc.close()


asyncio.run(main())
