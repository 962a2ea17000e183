// The check of a target whose nats-server requires credentials: real ones, behind a server that answers as the Worker does.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createOperatorFixture,
  operatorConfiguration,
} from '../../test/support/container/operator-fixture.ts';
import { startLoneEdge } from '../../test/support/lone-edge.ts';
import { EXIT } from './loadtest-error.ts';
import { checkTarget } from './preflight.ts';

const undo = new AsyncDisposableStack();
const operator = createOperatorFixture();
let byToken = '';
let byJwt = '';

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  undo.defer(() => rm(folder, { recursive: true }));
  byToken = await startLoneEdge(
    { configuration: 'authorization { token: "right" }', folder: join(folder, 'token') },
    undo,
  );
  byJwt = await startLoneEdge(
    { configuration: operatorConfiguration(operator), folder: join(folder, 'jwt') },
    undo,
  );
});

afterAll(() => undo.disposeAsync());

test('with its token it is let in, and learns the version of the server', async () => {
  const { natsServer } = await checkTarget(byToken, { NATS_TOKEN: 'right' });
  expect(natsServer).toMatch(/^2\.\d+\.\d+/);
});

test("with a bearer's JWT it is let in", async () => {
  const { jwt } = operator.userOf({ bearer_token: true });
  expect((await checkTarget(byJwt, { NATS_JWT: jwt })).natsServer).toMatch(/^2\.\d+\.\d+/);
});

test.each([
  ['a token', () => byToken],
  ['a JWT', () => byJwt],
])('without %s it says which variables to set', async (_what, url) => {
  await expect(checkTarget(url(), {})).rejects.toMatchObject({
    exitCode: EXIT.refused,
    message: expect.stringContaining('Set NATS_USER and NATS_PASSWORD, NATS_TOKEN, or NATS_JWT'),
  });
});

test.each([
  ['token', () => checkTarget(byToken, { NATS_TOKEN: 'wrong' })],
  [
    'JWT of another operator',
    () => checkTarget(byJwt, { NATS_JWT: createOperatorFixture().userOf({ bearer_token: true }).jwt }),
  ],
])('with a wrong %s it says that these are not the right ones', async (_what, check) => {
  await expect(check()).rejects.toMatchObject({
    exitCode: EXIT.refused,
    message: expect.stringContaining('are not its own'),
  });
});
