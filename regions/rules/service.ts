// At least one region must be enabled, and the default region must exist.

import { nearest } from '../did-you-mean.ts';
import type { Problem } from '../problems.ts';
import { shortened } from '../schema-problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Reports that no region is enabled, or that the default region is unknown or disabled. */
export function checkService({ regions, defaultRegion }: ConfigDraft): Problem[] {
  const problems: Problem[] = [];
  if (regions.length > 0 && regions.every(({ enabled }) => enabled === false)) {
    problems.push({ code: 'no-enabled-region', path: 'regions' });
  }
  if (defaultRegion !== undefined) problems.push(...checkDefaultRegion(regions, defaultRegion));
  return problems;
}

function checkDefaultRegion(regions: ConfigDraft['regions'], id: string): Problem[] {
  const path = 'defaultRegion';
  const region = regions.find((candidate) => candidate.id === id);
  if (region !== undefined)
    return region.enabled === false ? [{ code: 'default-region-disabled', path, id }] : [];
  // It may refer to a region whose id is malformed, which is reported already.
  const known = regions.flatMap((candidate) => candidate.id ?? []);
  if (known.length === 0 || known.length < regions.length) return [];
  return [unknownRegion(path, id, known)];
}

/** The problem for an id that is none of the known regions. */
export function unknownRegion(path: string, id: string, known: readonly string[]): Problem {
  const near = nearest(id, known);
  return {
    code: 'unknown-region',
    path,
    id: shortened(id),
    known,
    ...(near !== undefined && { nearest: near }),
  };
}
