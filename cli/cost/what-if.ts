// The configuration and the load that a cost is asked for: a file of regions with what the options change in it. Pure.

import { resolveTraffic, type Traffic } from '../../cost/traffic.ts';
import type { TrafficOptions } from '../../cost/traffic-options.ts';
import type { TrafficSource } from '../../cost/traffic-problems.ts';
import { isExternal, type MeridianConfig } from '../../regions/config.ts';
import { applyAssignments } from '../../regions/edits/set.ts';
import { describeProblem, type Problem } from '../../regions/problems.ts';
import { onlyRegions } from '../../regions/subset.ts';
import { CommandError, EXIT } from '../exit.ts';
import { decimal } from './decimal.ts';

export interface WhatIf {
  /** Only these, each with its share of the clients if one is given: `weur=60`. */
  readonly regions?: readonly string[];
  /** All regions may sleep while they have no clients; JetStream is off, since its servers may not. */
  readonly sleep?: true;
  /** Assignments, as `regions set` takes them. */
  readonly set?: readonly string[];
}

/** @throws CommandError with all that is wrong */
export function whatIf(
  config: MeridianConfig,
  { regions, sleep, set = [] }: WhatIf,
): { readonly config: MeridianConfig; readonly shares?: Readonly<Record<string, number>> } {
  const asked = regions?.flatMap((each) => each.split(',')).map(askedRegion);
  const twice = asked?.find(({ id }, index) => asked.findIndex((each) => each.id === id) !== index);
  if (twice !== undefined) throw usage(`--regions names ${twice.id} twice: leave one of them out.`);
  const kept =
    asked === undefined
      ? config
      : subset(
          config,
          asked.map(({ id }) => id),
        );
  const edited = applyAssignments(sleep ? sleeping(kept) : kept, set);
  if (!edited.ok) throw refused(edited.problems);
  const shared = asked?.filter(({ share }) => share !== undefined) ?? [];
  if (shared.length === 0) return { config: edited.config };
  if (shared.length < (asked?.length ?? 0))
    throw usage('Give each of --regions its share, such as weur=60 oc=40, or none of them.');
  return {
    config: edited.config,
    shares: Object.fromEntries(shared.map(({ id, share }) => [id, share ?? 0])),
  };
}

/** @throws CommandError with all that is wrong, each by the option that it is of */
export function trafficFor(
  options: TrafficOptions,
  config: MeridianConfig,
  source: TrafficSource = 'asked',
): Traffic {
  const resolved = resolveTraffic(options, config, source);
  if (resolved.ok) return resolved.traffic;
  const lines = resolved.problems.map(({ path, message }) => `${optionOf(path)} ${message}.`);
  throw new CommandError(EXIT.usage, lines.join('\n'), {
    details: { code: 'invalid', problems: resolved.problems },
  });
}

function optionOf(path: string): string {
  const [of, id] = path.split('.');
  if (of === 'shares') return id === undefined ? '--regions:' : `--regions: the share of ${id}`;
  return `--${path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:`;
}

function askedRegion(text: string): { readonly id: string; readonly share?: number } {
  const [id = '', share, ...more] = text.split('=');
  if (id === '' || more.length > 0)
    throw usage(`--regions takes ids, such as weur, or weur=60; not "${text}".`);
  if (share === undefined) return { id };
  const value = decimal(share);
  if (!(value >= 0)) throw usage(`--regions: the share of ${id} must be a number from 0, and is "${share}".`);
  return { id, share: value };
}

function subset(config: MeridianConfig, ids: readonly string[]): MeridianConfig {
  const result = onlyRegions(config, ids);
  if (!result.ok) throw refused(result.problems);
  return result.config;
}

function sleeping(config: MeridianConfig): MeridianConfig {
  return {
    ...config,
    regions: config.regions.map((region) =>
      isExternal(region) ? region : { ...region, keepAwake: false, jetstream: false },
    ),
  };
}

function refused(problems: readonly Problem[]): CommandError {
  return new CommandError(EXIT.usage, problems.map(describeProblem).join('\n'), {
    details: { code: 'invalid', problems },
  });
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
