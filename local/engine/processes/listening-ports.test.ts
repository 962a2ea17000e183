import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePorts, portsFileReader } from './listening-ports.ts';

/** As nats-server 2.15 writes it. */
const FILE = {
  nats: ['nats://127.0.0.1:40001'],
  monitoring: ['http://127.0.0.1:40002'],
  cluster: ['nats://127.0.0.1:40003'],
  websocket: ['ws://127.0.0.1:40004'],
};
const PORTS = new Map([
  [4222, 40001],
  [8222, 40002],
  [6222, 40003],
  [8080, 40004],
]);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-ports-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a ports file', () => {
  test('maps each port of the container to the one on loopback', () => {
    expect(parsePorts(FILE)).toEqual(PORTS);
  });

  test('without a listener leaves its port out', () => {
    const { websocket: _, ...others } = FILE;
    expect(parsePorts(others).has(8080)).toBe(false);
    expect(parsePorts({ ...FILE, websocket: [] }).has(8080)).toBe(false);
  });

  test('with several addresses of one listener counts the first', () => {
    expect(parsePorts({ nats: ['nats://127.0.0.1:1', 'nats://[::1]:2'] }).get(4222)).toBe(1);
  });

  test('with an IPv6 address has its port behind the last colon', () => {
    expect(parsePorts({ nats: ['nats://[::1]:40001'] }).get(4222)).toBe(40001);
  });

  test('with an address that has no port leaves it out', () => {
    expect(parsePorts({ nats: ['nats://localhost'] }).size).toBe(0);
  });
});

describe('reading', () => {
  test('waits until the file is there', async () => {
    const ports = portsFileReader(folder)(() => true);
    await put(JSON.stringify(FILE));
    expect(await ports).toEqual(PORTS);
  });

  test('waits until the file is whole', async () => {
    const json = JSON.stringify(FILE, null, 2);
    await put(json.slice(0, -10));
    let looks = 0;
    const ports = await portsFileReader(folder)(() => {
      looks += 1;
      // Twice it was there in part; from now on it is whole.
      if (looks === 3) void put(`${json}\n`);
      return true;
    });
    expect(ports).toEqual(PORTS);
    expect(looks).toBeGreaterThanOrEqual(3);
  });

  test('leaves other files alone', async () => {
    await writeFile(join(folder, 'server.pid'), '{}');
    await put(JSON.stringify(FILE));
    expect(await portsFileReader(folder)(() => true)).toEqual(PORTS);
  });

  test('ends without ports once the server is gone', async () => {
    let looks = 0;
    const ports = portsFileReader(folder)(() => {
      looks += 1;
      return looks < 3;
    });
    expect(await ports).toBeUndefined();
  });

  test('fails where the folder does not exist', async () => {
    await expect(portsFileReader(join(folder, 'gone'))(() => true)).rejects.toThrow('ENOENT');
  });
});

function put(content: string): Promise<void> {
  return writeFile(join(folder, 'nats-server_123.ports'), content);
}
