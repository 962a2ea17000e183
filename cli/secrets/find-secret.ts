// The secret that is meant, by any of the names it goes by, and how it stands. Pure.

import { ROTATED_SECRETS, type RotatedSecret, SINGLE_SECRETS } from '../../api/rotated-secrets.ts';
import type { Secret, Secrets, SecretValue } from '../../api/secrets.ts';
import { CommandError, EXIT } from '../exit.ts';

/** @throws CommandError that says which there are */
export function rotatedSecret(asked: string): RotatedSecret {
  const found = ROTATED_SECRETS.find(({ name, places }) => name === asked || places.flat().includes(asked));
  if (found !== undefined) return found;
  if ((SINGLE_SECRETS as readonly string[]).includes(asked)) {
    throw new CommandError(
      EXIT.refused,
      `${asked} is not accepted from anybody here: two of a kind are valid where they are accepted, such as two signing keys in an account's JWT. Put the new one with \`npx wrangler secret put ${asked}\` (docs/security.md).`,
      { details: { code: 'not_rotated', secret: asked } },
    );
  }
  const names = ROTATED_SECRETS.flatMap(({ places }) => places.map(([first]) => first));
  throw new CommandError(EXIT.usage, `There is no secret ${asked} here: it is one of ${names.join(', ')}.`, {
    details: { code: 'no_such_secret', names },
  });
}

export function secretIn({ secrets }: Secrets, { name }: RotatedSecret): Secret {
  const none: Secret = { name, rotates: true, values: [], seesUses: true };
  return secrets.find((secret) => secret.name === name) ?? none;
}

/** What a value is called: the first of the secrets that it is in. */
export function nameOf({ secrets: [first = ''] }: SecretValue): string {
  return first;
}
