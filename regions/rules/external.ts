// A region is one of ours, with a place, or an external one, with an address: each has what the other must not have.

import { EXTERNAL_FIELDS } from '../external-schema.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft, RegionDraft } from './draft.ts';

/** Reports what a region lacks, or has that its kind cannot have, and that there is no region of ours. */
export function checkExternal({ regions }: ConfigDraft): Problem[] {
  const isOwn = (region: RegionDraft) => region.kind !== 'external';
  const problems = regions.flatMap((region, index) =>
    isOwn(region)
      ? problemsOfOwn(region, `regions[${index}]`)
      : problemsOfExternal(region, `regions[${index}]`),
  );
  if (regions.length > 0 && !regions.some(isOwn)) problems.push({ code: 'no-own-region', path: 'regions' });
  return problems;
}

function problemsOfOwn({ given }: RegionDraft, path: string): Problem[] {
  // A region that is no object at all is reported by the schema. A broken `kind` leaves open which it is.
  if (given === undefined || given.has('kind')) return [];
  const misplaced = ['url', 'secret'].filter((field) => given.has(field));
  const missing = misplaced.length > 0 ? [] : ['hint', 'placement'].filter((field) => !given.has(field));
  return [
    ...missing.map((field): Problem => ({ code: 'missing-field', path: `${path}.${field}` })),
    ...misplaced.map((field): Problem => ({ code: 'external-only', path: `${path}.${field}`, field })),
  ];
}

function problemsOfExternal({ given = new Set() }: RegionDraft, path: string): Problem[] {
  const misplaced = [...given].filter((field) => !EXTERNAL_FIELDS.has(field));
  return [
    ...(given.has('url') ? [] : [{ code: 'missing-field', path: `${path}.url` } as const]),
    ...misplaced.map((field): Problem => ({ code: 'no-server-of-ours', path: `${path}.${field}`, field })),
  ];
}
