// `secrets status`: which secrets there are, how old they are, who uses which, and which rotations are half finished.

import { Command } from 'commander';
import type { Secret, Secrets, SecretUse, SecretValue } from '../../api/secrets.ts';
import { formatTable } from '../../regions/table.ts';
import { durationText } from '../backup-text.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';
import { nameOf } from './find-secret.ts';

/** Older ones are due: docs/security.md. */
export const DUE_AFTER_DAYS = 90;
const DAY_MS = 86_400_000;

/** Of those who use a value so many are named. */
const NAMED = 3;

/** Makes the subcommand. */
export function statusCommand(): Command {
  return withConnection(new Command('status'))
    .description('show which secrets there are, since when, who uses which, and what is half finished')
    .option('--json', 'print what the edge says as JSON')
    .action(async ({ json, ...options }: ConnectionOptions & { readonly json?: true }) => {
      const found = await (await openClient(options)).secrets();
      if (json) console.log(JSON.stringify(found, null, 2));
      else say(statusText(found, Date.now()));
    });
}

const HEAD = ['SECRET', 'STATE', 'SINCE', 'USED BY'];

/** @param now ms since the epoch */
export function statusText(found: Secrets, now: number): string {
  const { secrets } = found;
  if (secrets.length === 0) return 'There are no secrets: clients need none, and operators cannot sign in.';
  const rows = secrets.flatMap((secret) =>
    secret.values.map((value, index) => [
      value.secrets.join(', '),
      stateText(secret, index),
      value.since === null ? '?' : `${durationText(now - Date.parse(value.since))} ago`,
      usesText(secret, value, now),
    ]),
  );
  return [formatTable([HEAD, ...rows.map((row) => row.map(printable))]), ...notesOf(found, now)].join('\n');
}

function stateText({ rotates, values }: Secret, index: number): string {
  if (!rotates || values.length < 2) return 'valid';
  return index === 0 ? 'valid, old' : 'valid, new';
}

function usesText({ seesUses }: Secret, { uses }: SecretValue, now: number): string {
  if (!seesUses) return 'not seen';
  const named = [...uses].sort((a, b) => (b.connected ?? 0) - (a.connected ?? 0)).slice(0, NAMED);
  const more = uses.length - named.length;
  const words = named.map((use) => useText(use, now));
  return [...words, ...(more > 0 ? [`${more} more`] : [])].join(', ') || 'nobody';
}

function useText({ who, region, connected, last }: SecretUse, now: number): string {
  const at = region === null ? '' : ` at ${region}`;
  if (connected !== null && connected > 0) return `${who}${at} (${connected})`;
  return last === null ? `${who}${at}` : `${who}${at} ${durationText(now - Date.parse(last))} ago`;
}

/** What there is to do. */
function notesOf({ secrets, servers, silent }: Secrets, now: number): readonly string[] {
  const notes: string[] = [];
  for (const { name, rotates, values } of secrets) {
    const [old, newer] = values;
    if (old === undefined || !rotates) continue;
    if (newer !== undefined) {
      const behind = servers.filter(
        ({ takes }) => name.startsWith('NATS_') && !takes?.includes(nameOf(newer)),
      );
      const which = behind.map(({ region }) => region).join(', ');
      const next =
        behind.length > 0
          ? `servers of ${which} do not take the new one yet: \`npm run regions -- restart\``
          : `when nobody uses the old one, \`secrets finish ${nameOf(old)}\``;
      notes.push(`${nameOf(old)} is being changed to ${nameOf(newer)}, and both are valid: ${next}.`);
    } else if (old.since !== null && now - Date.parse(old.since) > DUE_AFTER_DAYS * DAY_MS) {
      notes.push(`${nameOf(old)} is older than ${DUE_AFTER_DAYS} days: \`secrets rotate ${nameOf(old)}\`.`);
    }
  }
  const others = servers.filter(({ takesOther }) => takesOther).map(({ region }) => region);
  if (others.length > 0)
    notes.push(
      `Servers of ${others.join(', ')} still take a value that is gone: \`npm run regions -- restart\`.`,
    );
  if (silent.length > 0)
    notes.push(`${silent.join(', ')} did not answer: who is connected there is not known.`);
  return notes.map(printable);
}
