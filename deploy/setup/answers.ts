// What a set-up can be told, and how the options of the command become that. What is not told stays as it is. Pure.

import { CommandError, EXIT } from '../../cli/exit.ts';
import { didYouMean } from '../../regions/did-you-mean.ts';
import { domainProblem } from './domain.ts';

/** An application of Cloudflare Access, with which operators sign in. */
export interface AccessApplication {
  readonly team: string;
  readonly audience: string;
}

/** What clients sign in with. */
export const CLIENTS = ['token', 'password', 'keep'] as const;

/** What operators sign in with. */
export const OPERATORS = ['tokens', 'access', 'keep'] as const;

/** Each of them may be absent: then that part is not changed. */
export interface Answers {
  /** Ids. External regions are not among them, and stay. */
  readonly regions?: readonly string[];
  /** Ids of those that take part in JetStream. */
  readonly jetstream?: readonly string[];
  /** Ids of those that never sleep. */
  readonly awake?: readonly string[];
  /** null: the address at workers.dev. */
  readonly domain?: string | null;
  readonly clients?: 'token' | 'password';
  readonly operators?: 'tokens' | AccessApplication;
}

export interface SetupOptions {
  readonly regions?: string;
  readonly jetstream?: string;
  readonly awake?: string;
  readonly domain?: string;
  readonly clients?: string;
  readonly operators?: string;
  readonly accessTeam?: string;
  readonly accessAudience?: string;
}

/** What is known of the regions. */
export interface KnownRegions {
  /** Ids that there could be. */
  readonly possible: readonly string[];
  /** Ids that there are. */
  readonly present: readonly string[];
}

/** @throws CommandError with what is wrong with an option */
export function answersOf(options: SetupOptions, { possible, present }: KnownRegions): Answers {
  const regions = idsOf('--regions', options.regions, possible);
  if (regions?.length === 0)
    throw usage(`--regions names none: an edge needs one at least, of ${possible.join(', ')}.`);
  const chosen = regions ?? present;
  const jetstream = idsOf('--jetstream', options.jetstream, chosen);
  const awake = idsOf('--awake', options.awake, chosen);
  const domain = domainOf(options.domain);
  const clients = oneOf('--clients', options.clients, CLIENTS);
  const operators = operatorsOf(options);
  return {
    ...(regions !== undefined && { regions }),
    ...(jetstream !== undefined && { jetstream }),
    ...(awake !== undefined && { awake }),
    ...(domain !== undefined && { domain }),
    ...(clients !== undefined && clients !== 'keep' && { clients }),
    ...(operators !== undefined && { operators }),
  };
}

function idsOf(
  option: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return [];
  if (text === 'all') return known;
  const ids = text.split(',').map((id) => id.trim());
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) throw usage(`${option} names ${id} twice.`);
    if (known.includes(id)) continue;
    const near = didYouMean(id, known);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    throw usage(
      `${option}: there is no region ${JSON.stringify(id)} to take.${meant} There are ${known.join(', ')}; also all and none.`,
    );
  }
  return ids;
}

function domainOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const problem = domainProblem(text);
  if (problem !== undefined) throw usage(`--domain: ${problem}`);
  return text;
}

function oneOf<T extends string>(option: string, text: string | undefined, all: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = all.find((each) => each === text);
  if (found === undefined) throw usage(`${option} is ${JSON.stringify(text)}, and may be ${all.join(', ')}.`);
  return found;
}

function operatorsOf({
  operators,
  accessTeam: team,
  accessAudience: audience,
}: SetupOptions): Answers['operators'] {
  const how = oneOf('--operators', operators, OPERATORS);
  const isAccess = how === 'access' || (how === undefined && (team ?? audience) !== undefined);
  if (isAccess) {
    if (team !== undefined && audience !== undefined) return { team, audience };
    throw usage('Cloudflare Access needs both, --access-team and --access-audience (docs/security.md).');
  }
  if ((team ?? audience) !== undefined)
    throw usage(`--access-team and --access-audience do not go with --operators ${how}.`);
  return how === 'tokens' ? 'tokens' : undefined;
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, `Nothing was written: ${message}`, { details: { code: 'usage' } });
}
