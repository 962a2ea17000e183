// `POST /api/credentials`: a sign-in of a person or a program becomes a NATS user for a while.

import * as v from 'valibot';
import type { Wire } from './schema-kinds.ts';

export const CredentialsBodySchema = v.strictObject({
  publicKey: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(100),
      v.description('public key of the user (nkey), whose seed the caller has. Absent: one is made'),
    ),
  ),
});
export type CredentialsBody = Wire<typeof CredentialsBodySchema>;

const subjects = (what: string) => v.pipe(v.array(v.string()), v.description(what));

export const CredentialsSchema = v.strictObject({
  user: v.pipe(v.string(), v.description('who has signed in, as the servers name its connections')),
  jwt: v.pipe(v.string(), v.description("the user's JWT")),
  creds: v.pipe(
    v.nullable(v.string()),
    v.description('the same as a credentials file, with the seed; null where a `publicKey` was given'),
  ),
  account: v.pipe(v.string(), v.description('public key of the account')),
  expiresAt: v.pipe(
    v.number(),
    v.description('when the servers disconnect it, in milliseconds since the epoch'),
  ),
  publish: subjects('to which it may publish'),
  subscribe: subjects('to which it may subscribe'),
});
export type Credentials = Wire<typeof CredentialsSchema>;
