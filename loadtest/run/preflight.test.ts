import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { EXIT } from './loadtest-error.ts';
import { checkTarget } from './preflight.ts';

let stop: (() => Promise<void>) | undefined;

afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function answering(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  const port = await listenOnLoopback(server);
  stop = () => closeServer(server);
  return `http://127.0.0.1:${port}`;
}

test('a port where nobody listens is a target that is down', async () => {
  const url = await answering(200);
  await stop?.();
  await expect(checkTarget(url, {})).rejects.toMatchObject({
    exitCode: EXIT.targetDown,
    message: expect.stringContaining(`nothing answers at ${url}`),
  });
});

test.each([
  [503, EXIT.targetDown, 'no region can serve'],
  [404, EXIT.targetDown, 'Is it Meridian?'],
  [403, EXIT.refused, '403'],
])('a target that answers %d to /health ends with %d', async (status, exitCode, message) => {
  await expect(checkTarget(await answering(status), {})).rejects.toMatchObject({
    exitCode,
    message: expect.stringContaining(message),
  });
});

test('a healthy server that speaks no NATS is named as such', async () => {
  await expect(checkTarget(await answering(200), {})).rejects.toMatchObject({
    exitCode: EXIT.targetDown,
    message: expect.stringContaining('a NATS client cannot connect'),
  });
});
