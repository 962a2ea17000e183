// What the image refuses to start with: a sentence with the fix, and an exit code of its own.

import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

/** EX_CONFIG, when entrypoint.sh refuses; 1 when nats-server does. */
const REFUSED = 78;

interface Refusal {
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
  readonly says: RegExp;
  readonly code?: number;
  readonly covers?: readonly string[];
}

const REFUSALS: readonly Refusal[] = [
  { what: 'no server name', env: { NATS_SERVER_NAME: '' }, says: /NATS_SERVER_NAME is not set/ },
  { what: 'no credentials', env: { NATS_TOKEN: '' }, says: /anyone could connect to 0\.0\.0\.0/ },
  {
    what: 'credentials of two kinds',
    env: { NATS_USER: 'meridian', NATS_PASSWORD: 'secret' },
    says: /more than one kind are set \(user token\)/,
  },
  {
    what: 'a secret with a line break',
    env: { NATS_TOKEN: 'two\nlines' },
    says: /NATS_TOKEN contains a line break/,
  },
  {
    what: 'a leaf node without a password',
    env: { NATS_LEAF_USERS: 'factory secret\nlab' },
    says: /line 2 of NATS_LEAF_USERS is not a name and a password/,
    covers: ['NATS_LEAF_USERS'],
  },
  {
    what: 'permissions of a leaf node beside a token',
    env: { NATS_TOKEN: 'secret', NATS_LEAF_USERS: 'factory secret publish=up.>' },
    says: /line 1 of NATS_LEAF_USERS has permissions/,
  },
  { what: 'a port that is no number', env: { NATS_CLIENT_PORT: 'nats' }, says: /NATS_CLIENT_PORT is 'nats'/ },
  { what: 'JetStream neither on nor off', env: { NATS_JETSTREAM: 'yes' }, says: /it must be true or false/ },
  { what: 'a hold of 15 minutes', env: { NATS_TERM_HOLD: '900' }, says: /a number of seconds below 900/ },
  {
    what: 'a lame duck of less than 30 s',
    env: { NATS_LAME_DUCK_DURATION: '29s' },
    says: /minimum is 30 seconds/,
    code: 1,
    covers: ['NATS_LAME_DUCK_DURATION'],
  },
  {
    what: 'a grace period as long as the lame duck',
    env: { NATS_LAME_DUCK_GRACE_PERIOD: '30s', NATS_LAME_DUCK_DURATION: '30s' },
    says: /strictly lower/,
    code: 1,
    covers: ['NATS_LAME_DUCK_GRACE_PERIOD', 'NATS_LAME_DUCK_DURATION'],
  },
];

export const REFUSING: readonly Check[] = REFUSALS.map(({ what, env, says, code = REFUSED, covers }) => ({
  name: `refuses ${what}`,
  ...(covers && { covers }),
  run: async (image) => {
    await using container = await image.run({ env });
    const exitCode = await container.exitCode();
    assert.match(await container.logs(), says);
    assert.equal(exitCode, code);
    return `exit ${code}`;
  },
}));
