// The part of the schema of regions.json that says who may connect besides NATS clients.

import * as v from 'valibot';

export const DoorsSchema = v.strictObject({
  leafnode: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'Whether nats-servers may join their nearest region as leaf nodes, at /leafnode. They sign in as one of NATS_LEAF_USERS, or with an operator by JWT.',
      ),
    ),
    false,
  ),
  mqtt: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'Whether MQTT clients may connect, at /mqtt. Needs regions with JetStream. A server that runs has it from its next start on.',
      ),
    ),
    false,
  ),
});
