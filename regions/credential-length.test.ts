import { expect, test } from 'vitest';
import { MOST_CREDENTIAL_BYTES, whyTooLong } from './credential-length.ts';

test('a token, or a user and a password, as long as a client can send', () => {
  const most = 'x'.repeat(MOST_CREDENTIAL_BYTES);
  expect(whyTooLong({})).toBeUndefined();
  expect(whyTooLong({ NATS_TOKEN: most })).toBeUndefined();
  expect(whyTooLong({ NATS_TOKEN: `${most}x` })).toMatch(/^NATS_TOKEN is 65025 bytes long/);
  expect(whyTooLong({ NATS_USER: 'ann', NATS_PASSWORD: most.slice(3) })).toBeUndefined();
  expect(whyTooLong({ NATS_USER: 'anna', NATS_PASSWORD: most.slice(3) })).toMatch(
    /^NATS_USER and NATS_PASSWORD/,
  );
  const next = { NATS_USER_NEXT: 'anna', NATS_PASSWORD_NEXT: most.slice(3) };
  expect(whyTooLong({ NATS_TOKEN: 't', ...next })).toMatch(
    /^NATS_USER_NEXT and NATS_PASSWORD_NEXT are 65025/,
  );
});

test('it counts as it is sent, in JSON and UTF-8', () => {
  expect(whyTooLong({ NATS_TOKEN: 'é'.repeat(MOST_CREDENTIAL_BYTES / 2) })).toBeUndefined();
  expect(whyTooLong({ NATS_TOKEN: 'é'.repeat(MOST_CREDENTIAL_BYTES / 2 + 1) })).toBeDefined();
  expect(whyTooLong({ NATS_TOKEN: '"'.repeat(MOST_CREDENTIAL_BYTES / 2 + 1) })).toBeDefined();
});
