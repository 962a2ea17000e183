"""The client program with nats-py and its default options: a failed upgrade is tried again by the library, 2 s later.

What it is told and what it says is in ../client-spec.ts and ../client-event.ts.
"""

import asyncio
import json
import os
import sys
import threading
import time

import nats
from nats.aio.client import Client

# Between two attempts of a client that was refused, in seconds.
RETRY_S = 0.1

# Lasting clients that connect at the same time.
CONCURRENT = 32

SPEC = json.loads(sys.argv[1])


def now_ms() -> int:
    return round(time.time() * 1000)


def emit(**event) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def why(error: Exception) -> str:
    """The status of a refused upgrade, or what the library says."""
    status = getattr(error, "status", None)
    return str(status) if isinstance(status, int) else str(error) or type(error).__name__


def region_of(client: Client) -> str:
    return client._server_info.get("server_name", "").removeprefix("nats-")


async def connect(city: dict, **options) -> Client:
    return await nats.connect(
        SPEC["url"], ws_connection_headers={"MF-CF-Blob": [json.dumps(city["cf"])]}, **options
    )


async def arrive(city: dict, due: float) -> None:
    failures = []

    async def on_error(error: Exception) -> None:
        failures.append({"at": now_ms(), "why": why(error)})

    def served(region: str) -> None:
        ms = now_ms() - round(due)
        emit(type="arrival", city=city["city"], due=round(due), ms=ms, region=region, failures=failures)

    give_up = due + SPEC["giveUpMs"]
    while now_ms() < give_up:
        try:
            client = await asyncio.wait_for(connect(city, error_cb=on_error), (give_up - now_ms()) / 1000)
        except asyncio.TimeoutError:
            failures.append({"at": now_ms(), "why": "no answer"})
            break
        except Exception as error:
            await on_error(error)
            await asyncio.sleep(RETRY_S)
            continue
        served(region_of(client))
        await asyncio.sleep(SPEC["stayMs"] / 1000)
        await client.close()
        return
    served("")


async def arrivals(stopped: asyncio.Event) -> None:
    start = now_ms()
    under_way = []
    n = 0
    while SPEC["arrivalsPerSecond"] > 0:
        due = start + n * 1000 / SPEC["arrivalsPerSecond"]
        try:
            await asyncio.wait_for(stopped.wait(), max(0, due - now_ms()) / 1000)
            break
        except asyncio.TimeoutError:
            under_way.append(asyncio.create_task(arrive(SPEC["cities"][n % len(SPEC["cities"])], due)))
            n += 1
    await stopped.wait()
    await asyncio.gather(*under_way)


class LastingClient:
    """Publishes to itself all the time, and tells when it hears nothing for a while."""

    def __init__(self, city: dict, name: str) -> None:
        self.city = city
        self.name = name
        self.heard_at = now_ms()

    async def start(self) -> None:
        client, closed = await self.connect()
        self.heard_at = now_ms()
        self.staying = asyncio.create_task(self.stay(client, closed))

    async def stay(self, client: Client, closed: asyncio.Event) -> None:
        while True:
            while not closed.is_set():
                await asyncio.sleep(SPEC["echoEveryMs"] / 1000)
                try:
                    await client.publish(f"outages.{self.name}", b"")
                except Exception:
                    pass  # Between two connections the buffer may be full.
            client, closed = await self.connect()

    async def connect(self) -> tuple[Client, asyncio.Event]:
        while True:
            closed = asyncio.Event()
            client = Client()
            try:
                await self.connect_once(client, closed)
                return client, closed
            except Exception:
                await asyncio.sleep(RETRY_S)

    async def connect_once(self, client: Client, closed: asyncio.Event) -> None:
        async def on_closed() -> None:
            closed.set()

        async def on_reconnected() -> None:
            self.landed(client)

        async def on_error(_error: Exception) -> None:
            pass

        await client.connect(
            SPEC["url"],
            ws_connection_headers={"MF-CF-Blob": [json.dumps(self.city["cf"])]},
            max_reconnect_attempts=-1,
            closed_cb=on_closed,
            reconnected_cb=on_reconnected,
            error_cb=on_error,
        )
        await client.subscribe(f"outages.{self.name}", cb=self.heard)
        self.landed(client)

    def landed(self, client: Client) -> None:
        emit(type="landed", client=self.name, city=self.city["city"], region=region_of(client), at=now_ms())

    async def heard(self, _message) -> None:
        self.tell_of_silence(False)
        self.heard_at = now_ms()

    def tell_of_silence(self, is_open: bool) -> None:
        ms = now_ms() - self.heard_at
        if ms > SPEC["silenceMs"]:
            emit(
                type="silence", client=self.name, city=self.city["city"], **{"from": self.heard_at}, ms=ms, isOpen=is_open
            )


async def connect_lasting() -> list[LastingClient]:
    cities = [city for city in SPEC["cities"] for _ in range(city["lasting"])]
    clients = [LastingClient(city, f"python-{n}") for n, city in enumerate(cities)]
    slots = asyncio.Semaphore(CONCURRENT)

    async def start(client: LastingClient) -> None:
        async with slots:
            await client.start()

    await asyncio.gather(*(start(client) for client in clients))
    return clients


def take_commands(loop: asyncio.AbstractEventLoop, events: dict[str, asyncio.Event]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(events[line.strip()].set)
    os._exit(0)


async def main() -> None:
    events = {"go": asyncio.Event(), "stop": asyncio.Event()}
    threading.Thread(target=take_commands, args=(asyncio.get_running_loop(), events), daemon=True).start()
    lasting = await connect_lasting()
    emit(type="ready")
    await events["go"].wait()
    await arrivals(events["stop"])
    for client in lasting:
        client.tell_of_silence(True)
    sys.stdout.flush()
    # Connections that are still open, and the library's tasks, end with the process.
    os._exit(0)


asyncio.run(main())
