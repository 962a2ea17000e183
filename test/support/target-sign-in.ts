// Whether clients get into the deployment that the contract suite runs against: else each of its tests would fail by itself.

import { connectFrom, credentials } from './client.ts';

const NAMES = 'MERIDIAN_NATS_TOKEN, or MERIDIAN_NATS_USER and MERIDIAN_NATS_PASSWORD';

/** @throws Error that says which credentials were given, and what became of them */
export async function checkSignIn(url: string): Promise<void> {
  const { MERIDIAN_NATS_USER: user, MERIDIAN_NATS_PASSWORD: password } = process.env;
  if (Boolean(user) !== Boolean(password))
    throw new Error('MERIDIAN_NATS_USER and MERIDIAN_NATS_PASSWORD go together, and one of them is not set');
  const { token, user: given } = credentials();
  try {
    await using _client = await connectFrom(url, undefined, { reconnect: false });
  } catch (cause) {
    const what =
      token !== undefined
        ? 'the token that is set'
        : given !== undefined
          ? `the user ${given}`
          : 'no credentials';
    throw new Error(
      `a client with ${what} does not get into ${url}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        `Set ${NAMES}; after a token was rotated it is a user (docs/security.md)`,
      { cause },
    );
  }
}
