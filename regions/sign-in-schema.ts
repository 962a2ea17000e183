// The part of the schema of regions.json that is about sign-ins of people: whose are accepted, and what their NATS users may do.

import * as v from 'valibot';

/** A public key of an account, as nkeys write it. */
const ACCOUNT_PATTERN = /^A[A-Z2-7]{55}$/;

/** Of these every isolate keeps the keys. */
const MOST_ISSUERS = 8;
const MOST_GRANTS = 64;
const MOST_SUBJECTS = 64;

/** Plain names only, so that a placeholder ends where it seems to. */
const CLAIM_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Tokens of anything but spaces, separated by dots; what nats-server takes beyond that it checks itself. */
const SUBJECT_PATTERN = /^[^\s.]+(\.[^\s.]+)*$/;

/** Encrypted, or on this machine, where a test's issuer may be. */
const URL_PATTERN = /^(https:\/\/[^\s/?#]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^\s?#]*)?$/;

const text = (most: number, what: string) =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(most), v.description(what));

const subjects = (what: string) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.regex(SUBJECT_PATTERN, 'a subject, such as "orders.>" or "users.{sub}.>"')),
      ),
      v.maxLength(MOST_SUBJECTS),
      v.description(what),
    ),
    [],
  );

const IssuerSchema = v.strictObject({
  issuer: v.pipe(
    v.string(),
    v.maxLength(300),
    v.regex(URL_PATTERN, 'an https address, such as "https://example.cloudflareaccess.com"'),
    v.description('Who signs, exactly as the claim `iss` has it.'),
  ),
  audience: text(300, 'For whom it has to be signed: what the claim `aud` has to contain.'),
  keys: v.pipe(
    v.string(),
    v.maxLength(300),
    v.regex(URL_PATTERN, 'an https address'),
    v.description(
      'Where the issuer publishes its keys (JWKS), such as https://example.cloudflareaccess.com/cdn-cgi/access/certs.',
    ),
  ),
});

const GrantSchema = v.strictObject({
  when: v.exactOptional(
    v.pipe(
      v.strictObject({
        claim: v.pipe(v.string(), v.regex(CLAIM_PATTERN, 'the name of a claim, such as "groups"')),
        is: text(300, 'The value, or one of the values where the claim is a list.'),
      }),
      v.description('For whom: whose sign-in says so. Absent: for everybody who has signed in.'),
    ),
  ),
  publish: subjects(
    'Subjects to which they may publish. `{sub}` stands for the value of the claim `sub`, with every character but letters, digits, `-`, `_` and `@` as `=` and its bytes in hex.',
  ),
  subscribe: subjects('Subjects to which they may subscribe.'),
});

export const SignInSchema = v.strictObject({
  account: v.pipe(
    v.string(),
    v.regex(ACCOUNT_PATTERN, 'the public key of an account: A and 55 letters and digits'),
    v.description(
      'Account whose users they become. The secret NATS_ACCOUNT_SIGNING_KEY is the seed of one of its signing keys.',
    ),
  ),
  minutes: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(1440),
      v.description(
        'How long credentials are valid. nats-server disconnects a client when its are not any more.',
      ),
    ),
    60,
  ),
  issuers: v.pipe(
    v.array(IssuerSchema),
    v.minLength(1),
    v.maxLength(MOST_ISSUERS),
    v.description('Whose sign-ins are accepted: Cloudflare Access, or any that speaks OpenID Connect.'),
  ),
  grants: v.pipe(
    v.array(GrantSchema),
    v.minLength(1),
    v.maxLength(MOST_GRANTS),
    v.description(
      'What they may do: all grants that are for them, together. For whom there is none gets nothing.',
    ),
  ),
});
