// Each id must belong to one region, and so must each class that is named after one.

import { classNameOf } from '../names.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

// The base class of all regions, worker/region/nats-region.ts.
const BASE_CLASS_NAME = 'NatsRegion';

/** Reports duplicate ids, ids whose class would be the base class, and two ids with the same class name. */
export function checkIdentity({ regions }: ConfigDraft): Problem[] {
  const problems: Problem[] = [];
  const firstPathOf = new Map<string, string>();
  const idOfClass = new Map([[BASE_CLASS_NAME, '']]);
  for (const [index, { id }] of regions.entries()) {
    if (id === undefined) continue;
    const path = `regions[${index}].id`;
    const firstPath = firstPathOf.get(id);
    if (firstPath !== undefined) {
      problems.push({ code: 'duplicate-id', path, id, firstPath });
      continue;
    }
    firstPathOf.set(id, path);
    const className = classNameOf(id);
    const otherId = idOfClass.get(className);
    if (otherId === '') problems.push({ code: 'reserved-id', path, id, className });
    else if (otherId !== undefined)
      problems.push({ code: 'duplicate-class-name', path, id, otherId, className });
    else idOfClass.set(className, id);
  }
  return problems;
}
