// `GET /api/secrets`: which secrets there are, since when, and who still uses which. No value and nothing made of one is in it:
// an id is a hash with a salt that stays in the ConfigStore.

import * as v from 'valibot';
import { Count, IsoTime, type Wire } from './schema-kinds.ts';

const SecretUseSchema = v.strictObject({
  who: v.pipe(v.string(), v.description('whose token, or the name that a NATS client gives itself')),
  region: v.pipe(v.nullable(v.string()), v.description('where a NATS client is connected')),
  connected: v.pipe(v.nullable(Count), v.description('connections of NATS clients now')),
  last: v.pipe(v.nullable(IsoTime), v.description('when it was used last; null if that is not known')),
});
export type SecretUse = Wire<typeof SecretUseSchema>;

const SecretValueSchema = v.strictObject({
  secrets: v.pipe(v.array(v.string()), v.description("the Worker's secrets that it is in")),
  id: v.pipe(v.nullable(v.string()), v.description('changes with the value, and says nothing about it')),
  since: v.pipe(v.nullable(IsoTime), v.description('since when the deployment has it, as far as is known')),
  names: v.pipe(
    v.array(v.string()),
    v.description('names of its users or of its tokens, where they have any'),
  ),
  uses: v.array(SecretUseSchema),
});
export type SecretValue = Wire<typeof SecretValueSchema>;

const SecretServerSchema = v.strictObject({
  region: v.string(),
  takes: v.pipe(
    v.nullable(v.array(v.string())),
    v.description('values that its servers take, by their first secret; null if that is not known'),
  ),
  takesOther: v.pipe(v.boolean(), v.description('whether one takes a value that is no longer a secret')),
});
export type SecretServer = Wire<typeof SecretServerSchema>;

const SecretSchema = v.strictObject({
  name: v.string(),
  rotates: v.pipe(v.boolean(), v.description('whether two values can be valid at a time')),
  values: v.pipe(v.array(SecretValueSchema), v.description('the older one first')),
  seesUses: v.pipe(v.boolean(), v.description('whether it can be seen who uses it')),
});
export type Secret = Wire<typeof SecretSchema>;

export const SecretsSchema = v.strictObject({
  secrets: v.array(SecretSchema),
  servers: v.pipe(
    v.array(SecretServerSchema),
    v.description('of NATS clients and leaf nodes, in each region that runs'),
  ),
  silent: v.pipe(v.array(v.string()), v.description('regions that did not answer')),
  seen: v.pipe(
    v.array(v.strictObject({ region: v.string(), since: IsoTime })),
    v.description(
      'since when it is known who signed in at each region that answered: a server forgets when it is started',
    ),
  ),
  caller: v.pipe(v.nullable(v.string()), v.description('the secret whose token this call came with')),
});
export type Secrets = Wire<typeof SecretsSchema>;
