// Turns any input into a configuration, or into the list of all its problems. Pure: runs in the Worker, where the admin
// API takes edits, in the command, and in tests. Never throws.

import * as v from 'valibot';
import { capProblems } from './capped-problems.ts';
import { type MeridianConfig, resolveConfig } from './config.ts';
import { jsonPlaces } from './json-places.ts';
import { findJsonSyntaxError } from './json-syntax.ts';
import { isWarning, type Problem } from './problems.ts';
import { checkAccess } from './rules/access.ts';
import { readDraft } from './rules/draft.ts';
import { checkExport } from './rules/export.ts';
import { checkExternal } from './rules/external.ts';
import { checkFlags } from './rules/flags.ts';
import { checkIdentity } from './rules/identity.ts';
import { checkInstance } from './rules/instance.ts';
import { checkJetstream } from './rules/jetstream.ts';
import { checkMembers } from './rules/members.ts';
import { checkPayload } from './rules/payload.ts';
import { checkPlace } from './rules/place.ts';
import { checkRepeatedEntries } from './rules/repeated-entries.ts';
import { checkResidency } from './rules/residency.ts';
import { checkService } from './rules/service.ts';
import { checkSessions } from './rules/sessions.ts';
import { checkWeight } from './rules/weight.ts';
import { ConfigSchema } from './schema.ts';
import { problemsOfIssue } from './schema-problems.ts';
import { findUnknownKeys } from './unknown-keys.ts';

/** Either a resolved configuration or its problems, both with warnings. Of each only so many are told. */
export type Validation =
  | { ok: true; config: MeridianConfig; warnings: Problem[] }
  | { ok: false; problems: Problem[]; warnings: Problem[] };

const RULES = [
  checkIdentity,
  checkExternal,
  checkPlace,
  checkInstance,
  checkPayload,
  checkRepeatedEntries,
  checkJetstream,
  checkResidency,
  checkService,
  checkAccess,
  checkWeight,
  checkSessions,
  checkExport,
  checkMembers,
  checkFlags,
];

/** Many times as many as there are places to host one; the more there are, the longer the check takes. */
const MOST_REGIONS = 1_000;

/** Checks a parsed configuration: its shape, and every rule that can be checked on the parts that are valid. */
export function validateConfig(input: unknown): Validation {
  const count = countRegions(input);
  if (count > MOST_REGIONS) {
    const problem: Problem = { code: 'too-many-regions', path: 'regions', count, most: MOST_REGIONS };
    return { ok: false, problems: [problem], warnings: [] };
  }
  const parsed = v.safeParse(ConfigSchema, input);
  const draft = readDraft(input);
  const found = [
    ...(parsed.issues ?? []).flatMap((issue) => problemsOfIssue(issue)),
    ...findUnknownKeys(ConfigSchema, input),
    ...RULES.flatMap((rule) => rule(draft)),
  ];
  const warnings = capProblems(found.filter(isWarning));
  const problems = capProblems(found.filter((problem) => !isWarning(problem)));
  if (!parsed.success || problems.length > 0) return { ok: false, problems, warnings };

  const firstEnabled = parsed.output.regions.find(({ enabled }) => enabled)?.id ?? '';
  const defaultRegion = parsed.output.defaultRegion ?? firstEnabled;
  return { ok: true, config: resolveConfig(parsed.output, defaultRegion), warnings };
}

function countRegions(input: unknown): number {
  const { regions } = (input ?? {}) as { readonly regions?: unknown };
  return Array.isArray(regions) ? regions.length : 0;
}

/** Checks the text of a configuration file. Problems have the lines where they are. */
export function parseConfig(file: string): Validation {
  const text = file.replace(/^\uFEFF/, ''); // A byte-order mark says nothing about a text.
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    // JSON.parse's messages depend on the engine, and often lack the position.
    const { line, column, expected } = findJsonSyntaxError(text) ?? { line: 1, column: 1, expected: 'JSON' };
    return { ok: false, problems: [{ code: 'broken-json', path: '', line, column, expected }], warnings: [] };
  }
  const places = jsonPlaces(text);
  const withLine = (problem: Problem): Problem => {
    const place = 'key' in problem ? `${problem.path}.${problem.key}`.replace(/^\./, '') : problem.path;
    const line = places.lineOf(place);
    return line === undefined || problem.code === 'more-problems' ? problem : { ...problem, line };
  };
  const validation = validateConfig(input);
  const warnings = validation.warnings.map(withLine);
  const repeated = places.repeated.map((each): Problem => ({ code: 'repeated-key', ...each }));
  if (validation.ok && repeated.length === 0) return { ...validation, warnings };
  const problems = validation.ok ? [] : validation.problems.map(withLine);
  return { ok: false, problems: capProblems([...repeated, ...problems]), warnings };
}
