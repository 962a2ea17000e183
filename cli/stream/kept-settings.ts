// What of an origin's settings its copy does not have: a stream that takes its place without them does less. Pure.

import type { StreamConfig } from './stream-api.ts';

const SECOND_NS = 1e9;

/** In words; none if the copy has all that matters. */
export function missingSettings(copy: StreamConfig, origin: StreamConfig): readonly string[] {
  const [known = 0, wanted = 0] = [copy.duplicate_window, origin.duplicate_window];
  const retention = origin.retention ?? 'limits';
  return [
    ...(known < wanted
      ? [
          `${copy.name} remembers the ids of messages for ${known / SECOND_NS} s and ${origin.name} for ${wanted / SECOND_NS} s: one that is published again with its id (Nats-Msg-Id) after the cut-over is stored twice. Make copies with the same duplicate_window; what was copied before it was set is not remembered`,
        ]
      : []),
    ...(retention === (copy.retention ?? 'limits')
      ? []
      : [
          `${origin.name} has the retention ${retention}, and ${copy.name} keeps ${copy.retention ?? 'limits'}: what was used up there may be delivered again`,
        ]),
    ...(origin.republish !== undefined && copy.republish === undefined
      ? [`${origin.name} republishes its messages, and ${copy.name} does not`]
      : []),
    ...(origin.subject_transform !== undefined && copy.subject_transform === undefined
      ? [`${origin.name} changes the subjects of its messages, and ${copy.name} does not`]
      : []),
  ];
}
