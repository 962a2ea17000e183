// Somebody must be able to serve: an enabled region, and a default region that exists.

import { nearest } from '../did-you-mean.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** No enabled region, and a default region that is unknown or disabled. */
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
  // It may be meant for a region whose id is broken; that problem comes first.
  const known = regions.flatMap((candidate) => candidate.id ?? []);
  if (known.length === 0 || known.length < regions.length) return [];
  return [unknownRegion(path, id, known)];
}

/** The problem of an id that names none of the known regions. */
export function unknownRegion(path: string, id: string, known: readonly string[]): Problem {
  const near = nearest(id, known);
  return { code: 'unknown-region', path, id, known, ...(near !== undefined && { nearest: near }) };
}
