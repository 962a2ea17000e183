// Whether a rotation can begin, and whether one can be finished: decided by what the edge says. Pure.

import type { RotatedSecret } from '../../api/rotated-secrets.ts';
import type { Secret, Secrets, SecretValue } from '../../api/secrets.ts';
import { durationText } from '../backup-text.ts';
import { CommandError, EXIT } from '../exit.ts';
import { nameOf, secretIn } from './find-secret.ts';

/** Which value stays valid meanwhile, and which one is replaced, if a rotation is begun again. */
export interface Beginning {
  readonly old: SecretValue;
  readonly replaced: SecretValue | undefined;
}

/**
 * @param isAgain whether the newer of two values is to be replaced: its value was lost, or was the wrong one
 * @throws CommandError if there is nothing to follow, or a rotation is half finished
 */
export function beginning(found: Secrets, rotated: RotatedSecret, isAgain: boolean): Beginning {
  const [old, newer] = secretIn(found, rotated).values;
  if (old === undefined) {
    const begin = found.secrets.some(({ name }) => name === 'NATS_OPERATOR_JWT')
      ? 'clients sign in below an operator here, whose accounts have signing keys of their own (docs/security.md)'
      : `put the first value with \`npx wrangler secret put ${rotated.places[0]?.[0]}\``;
    throw new CommandError(
      EXIT.refused,
      `${rotated.name} is not set, so there is nothing to rotate: ${begin}.`,
      {
        details: { code: 'not_set' },
      },
    );
  }
  if (newer !== undefined && !isAgain) {
    throw new CommandError(
      EXIT.refused,
      `A rotation of ${rotated.name} is half finished: ${nameOf(old)} (old) and ${nameOf(newer)} (new) are both valid. \`secrets finish ${nameOf(old)}\` ends it; if the new value was lost, \`secrets rotate ${nameOf(old)} --again\` replaces it.`,
      { details: { code: 'half_finished', old: nameOf(old), new: nameOf(newer) } },
    );
  }
  return { old, replaced: newer };
}

/**
 * @param before what was looked at first, and @param now after whoever runs this has confirmed it
 * @throws CommandError if a value has come, gone or become another one meanwhile: somebody else changes it too
 */
export function checkUnchanged(before: Secrets, now: Secrets, rotated: RotatedSecret): void {
  const valuesOf = (found: Secrets) =>
    secretIn(found, rotated)
      .values.map((value) => `${nameOf(value)} ${value.id}`)
      .toSorted()
      .join('\n');
  if (valuesOf(before) === valuesOf(now)) return;
  throw new CommandError(
    EXIT.refused,
    `Nothing was changed: somebody else has changed ${rotated.name} meanwhile. \`secrets status\` says how it stands.`,
    { details: { code: 'changed_meanwhile' } },
  );
}

export interface Ending {
  readonly old: SecretValue;
  readonly stays: SecretValue;
  /** Why it should not be finished yet. */
  readonly problems: readonly string[];
}

/** A use that is not longer ago than this counts as one of now. */
export interface Idle {
  readonly now: number;
  readonly idleMs: number;
}

/** @param wanted which of the two goes; default: the older one. @throws CommandError if nothing is half finished */
export function ending(
  found: Secrets,
  rotated: RotatedSecret,
  wanted: string | undefined,
  idle: Idle,
): Ending {
  const secret = secretIn(found, rotated);
  const [first, second] = secret.values;
  if (first === undefined || second === undefined) {
    const now = first === undefined ? 'it is not set' : `only ${nameOf(first)} is set`;
    throw new CommandError(EXIT.refused, `No rotation of ${rotated.name} is under way: ${now}.`, {
      details: { code: 'not_rotating' },
    });
  }
  if (wanted === undefined && first.since === second.since) {
    throw new CommandError(
      EXIT.refused,
      `It is not known which of ${nameOf(first)} and ${nameOf(second)} is the old one: the edge saw both at the same time. Say which one goes: --old ${nameOf(first)}.`,
      { details: { code: 'which_one' } },
    );
  }
  const isSwapped = wanted !== undefined && second.secrets.includes(wanted);
  const [old, stays] = isSwapped ? [second, first] : [first, second];
  if (wanted !== undefined && !old.secrets.includes(wanted))
    throw new CommandError(EXIT.usage, `${wanted} is none of the two: ${nameOf(first)}, ${nameOf(second)}.`);
  return { old, stays, problems: problemsOf({ found, secret, old, stays }, idle) };
}

interface Standing {
  readonly found: Secrets;
  readonly secret: Secret;
  readonly old: SecretValue;
  readonly stays: SecretValue;
}

function problemsOf({ found, secret, old, stays }: Standing, idle: Idle): readonly string[] {
  const problems = usesOf(old, idle);
  if (found.caller !== null && old.secrets.includes(found.caller))
    problems.push('this command itself signs in with it: set MERIDIAN_TOKEN to the new one');
  if (!secret.name.startsWith('NATS_')) return problems;
  if (!secret.seesUses)
    problems.push(
      'nats-server does not show as which user a leaf node signs in: look at each of them, then use --force',
    );
  for (const { region, takes } of found.servers)
    if (!takes?.includes(nameOf(stays)))
      problems.push(
        `the servers of ${region} do not take ${nameOf(stays)} yet: \`npm run regions -- restart ${region}\``,
      );
  problems.push(
    ...unknownUses(secret, found, idle, ': wait, or say with --idle how many minutes are enough'),
  );
  return problems;
}

/** Where somebody may have used a value without being seen. */
function unknownUses(
  secret: Secret,
  { silent, seen }: Secrets,
  { now, idleMs }: Idle,
  advice = '',
): readonly string[] {
  if (!secret.seesUses) return [];
  const late = seen.filter(({ since }) => now - Date.parse(since) < idleMs);
  return [
    ...silent.map((region) => `${region} does not answer, so it is not known who is connected there`),
    ...late.map(({ region, since }) => {
      const ago = durationText(Math.max(0, now - Date.parse(since)));
      return `${region} knows who signed in for ${ago} only, since a server forgets it when it is started or takes thousands${advice}`;
    }),
  ];
}

/** Why the newer value, which was lost or wrong, should not be replaced: somebody may have it. */
export function replacedProblems(
  found: Secrets,
  rotated: RotatedSecret,
  replaced: SecretValue,
): readonly string[] {
  const secret = secretIn(found, rotated);
  const who = [...new Set(replaced.uses.map((use) => use.who))];
  const used = who.length === 0 ? [] : [`${nameOf(replaced)} is used already (${who.join(', ')})`];
  if (!secret.name.startsWith('NATS_') || isTakenNowhere(replaced, found)) return used;
  if (!secret.seesUses) return [...used, 'nats-server does not show as which user a leaf node signs in'];
  return [...used, ...unknownUses(secret, found, { now: 0, idleMs: 0 })];
}

/** No server was started with it, so nobody can have signed in with it. */
function isTakenNowhere(value: SecretValue, { servers, silent }: Secrets): boolean {
  const isKnown = silent.length === 0 && servers.length > 0;
  return isKnown && servers.every(({ takes }) => takes !== null && !takes.includes(nameOf(value)));
}

function usesOf(old: SecretValue, { now, idleMs }: Idle): string[] {
  return old.uses.flatMap(({ who, region, connected, last }) => {
    const at = region === null ? '' : ` at ${region}`;
    if (connected !== null && connected > 0)
      return [`${who}${at} is connected with it${connected === 1 ? '' : ` (${connected} connections)`}`];
    const agoMs = last === null ? Number.POSITIVE_INFINITY : now - Date.parse(last);
    return agoMs < idleMs ? [`${who}${at} used it ${durationText(agoMs)} ago`] : [];
  });
}
