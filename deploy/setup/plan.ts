// What a set-up would write: the files as they are, as they should be, and what that means. Pure.

import { CommandError, EXIT } from '../../cli/exit.ts';
import { generatedFiles, migrationText, WRANGLER_FILE } from '../../cli/generated-files.ts';
import { cost } from '../../cost/cost.ts';
import { resolveTraffic } from '../../cost/traffic.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { describeChange } from '../../regions/edits/describe-change.ts';
import { diffConfigs } from '../../regions/edits/diff.ts';
import { describeProblem } from '../../regions/problems.ts';
import { parseConfig } from '../../regions/validate.ts';
import type { Answers } from './answers.ts';
import { type Deployed, leftoverNotes, replacementNotes } from './deployed.ts';
import { domainIn, withDomain } from './domain.ts';
import { withAnswers } from './edit-regions.ts';
import { SECRETS_FILE, withSecrets } from './secrets-file.ts';

export const REGIONS_PATH = 'regions/regions.json';

/** Only who writes it may read it. */
const SECRETS_MODE = 0o600;

/** Paths in the repository, and their texts; undefined: there is no such file. */
export type Texts = ReadonlyMap<string, string | undefined>;

export interface FileToWrite {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

export interface SetupPlan {
  readonly changes: readonly string[];
  readonly notes: readonly string[];
  readonly files: readonly FileToWrite[];
  readonly domain: string | null;
  readonly hasSecretsFile: boolean;
  /** Whether clients have a user and a password in it, in place of a token. */
  readonly hasUser: boolean;
  /** For memory and disk of what never sleeps, by list prices. */
  readonly dollarsPerMonth: number;
}

/**
 * @param deployed which secrets there are at the edge
 * @throws CommandError if the answers make no valid configuration
 */
export function planSetup(
  texts: Texts,
  answers: Answers,
  random: () => string,
  deployed: Deployed = 'unknown',
): SetupPlan {
  const current = texts.get(REGIONS_PATH) ?? '';
  const before = validated(current, `${REGIONS_PATH} is not valid, before anything is changed`);
  const regions = withAnswers(current, answers);
  const { config, warnings } = validated(regions, 'these answers do not go together');
  const wrangler = texts.get(WRANGLER_FILE) ?? '';
  const domain = answers.domain === undefined ? domainIn(wrangler) : answers.domain;
  const placed = answers.domain === undefined ? wrangler : withDomain(wrangler, answers.domain);
  const { wanted, added } = generatedFiles(config, placed);
  const secrets = withSecrets(texts.get(SECRETS_FILE), answers, random);
  const all: readonly FileToWrite[] = [
    { path: REGIONS_PATH, text: regions },
    ...[...wanted].map(([path, text]) => ({ path, text })),
    ...(secrets.text === undefined ? [] : [{ path: SECRETS_FILE, text: secrets.text, mode: SECRETS_MODE }]),
  ];
  const changes = [
    ...diffConfigs(before.config, config).map(describeChange),
    ...(domainIn(wrangler) === domain
      ? []
      : [`domain: ${domainIn(wrangler) ?? 'none'} -> ${domain ?? 'none'}`]),
    ...secrets.added.map((name) => `${SECRETS_FILE}: ${name} is new`),
    ...secrets.removed.map((name) => `${SECRETS_FILE}: ${name} is taken out`),
  ];
  return {
    changes,
    notes: [
      ...warnings,
      ...(added === undefined ? [] : [migrationText(added)]),
      ...replacementNotes(secrets.added, deployed),
      ...leftoverNotes(secrets.added, deployed),
      ...secrets.removed.map(
        (name) =>
          `If ${name} was deployed: npx wrangler secret delete ${name}. Servers refuse to start with both.`,
      ),
    ],
    files: all.filter(({ path, text }) => texts.get(path) !== text),
    domain,
    hasSecretsFile: secrets.text !== undefined,
    hasUser: /^NATS_USER=/m.test(secrets.text ?? ''),
    dollarsPerMonth: costOf(config),
  };
}

function validated(text: string, what: string): { config: MeridianConfig; warnings: readonly string[] } {
  const result = parseConfig(text);
  const warnings = result.warnings.map(describeProblem);
  if (result.ok) return { config: result.config, warnings };
  throw new CommandError(
    EXIT.refused,
    [`Nothing was written: ${what}.`, ...result.problems.map(describeProblem)].join('\n  '),
    { details: { code: 'invalid', problems: result.problems } },
  );
}

/** Of a month in which nobody comes. */
function costOf(config: MeridianConfig): number {
  const resolved = resolveTraffic({}, config);
  if (!resolved.ok) throw new RangeError('a load of nothing is always one');
  return cost(config, resolved.traffic).total.mid;
}
