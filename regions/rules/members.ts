// What members of a region must be beyond their schema: how many, that they fit, and that their names are free.

import { clientCapacity } from '../client-capacity.ts';
import { memberNameOf } from '../names.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft, RegionDraft } from './draft.ts';

/** Reports members that could never be as they are to be. */
export function checkMembers({ regions }: ConfigDraft): Problem[] {
  const ids = new Map(regions.flatMap(({ id }, index) => (id === undefined ? [] : [[id, index] as const])));
  return regions.flatMap((region, index) => {
    const { members } = region;
    if (members === undefined) return [];
    return [
      ...checkNumbers(region, members, `regions[${index}].members`),
      ...checkNames(region.id, members.max, ids),
    ];
  });
}

function checkNumbers(
  { keepAwake, instanceType, limits }: RegionDraft,
  { min, max, freeConnections: free }: NonNullable<RegionDraft['members']>,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (min > max) problems.push({ code: 'members-min-high', path: `${path}.min`, min, max });
  if (keepAwake === false) problems.push({ code: 'members-may-sleep', path });
  if (instanceType === undefined || limits === undefined) return problems;
  const room = max * clientCapacity({ instanceType, limits });
  if (free >= room)
    problems.push({ code: 'members-free-high', path: `${path}.freeConnections`, free, max, room });
  return problems;
}

/** Two nats-servers of one name take each other for the same. */
function checkNames(id: string | undefined, max: number, ids: ReadonlyMap<string, number>): Problem[] {
  if (id === undefined) return [];
  const numbers = Array.from({ length: max - 1 }, (_, index) => index + 2);
  return numbers.flatMap((number): Problem[] => {
    const other = `${id}-${number}`;
    const index = ids.get(other);
    return index === undefined
      ? []
      : [
          {
            code: 'members-name-taken',
            path: `regions[${index}].id`,
            id: other,
            of: id,
            name: memberNameOf(id, number),
          },
        ];
  });
}
