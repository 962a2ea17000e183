// `regions audit --jsonl` and `regions audit --verify`: the whole log, to be kept elsewhere, and whether it is as it was
// written.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { AUDIT_KINDS, type AuditEntry, AuditEntrySchema } from '../api/audit.ts';
import { CHAIN_BEGIN, checkChain, continuityOf } from '../api/audit-chain.ts';
import type { ConnectionOptions } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { say } from './wrap.ts';

/** Prints the log as it comes. */
export async function exportAudit(options: ConnectionOptions): Promise<void> {
  const lines = await (await openClient(options)).exportAudit();
  for await (const chunk of lines) process.stdout.write(chunk);
}

/** What to check: the log of the edge (true) or a file, and whether it goes on from the log in another file. */
export interface Verification {
  readonly source: true | string;
  readonly since?: string | undefined;
  readonly json?: true | undefined;
}

/** @throws CommandError if the log is not as it was written, is empty where one is expected, or is not that of `since` */
export async function verifyAudit(
  { source, since, json }: Verification,
  options: ConnectionOptions,
): Promise<void> {
  const name = source === true ? 'The audit log' : `The audit log in ${source}`;
  const entries = intact(name, source === true ? await readLog(options) : await readLogFile(source));
  if (entries.length === 0 && source !== true) throw noEntries(source);
  const unknown = since === undefined ? [] : await compare(name, entries, since);
  const kinds = AUDIT_KINDS.map((kind) => extentOf(kind, entries));
  if (json) console.log(JSON.stringify({ entries: entries.length, kinds, unknown }, null, 2));
  else {
    say(`${entries.length} entries are as they were written.`);
    for (const extent of kinds) say(extentText(extent));
    if (since === undefined)
      say('Keep the newest hashes, or an export (--jsonl), to compare with later: --since.');
    else if (unknown.length === 0) say(`It goes on from the log in ${since}.`);
  }
  if (unknown.length === 0) return;
  throw new CommandError(
    EXIT.unknown,
    `Whether it goes on from the log in ${since} is not known (${unknown.join(', ')}): it begins later. More entries have come than are kept (docs/security.md): compare with a newer export.`,
    { details: { code: 'audit_unknown', unknown } },
  );
}

/** @throws CommandError if an entry is not as it was written */
function intact(name: string, text: string): readonly AuditEntry[] {
  const entries = text.split('\n').flatMap((line, index) => (line === '' ? [] : [entryOf(line, index + 1)]));
  const { breaks } = checkChain(entries, (each) => createHash('sha256').update(each).digest('hex'));
  if (breaks.length === 0) return entries;
  const told = breaks.map(({ id, kind, what }) => `\n  entry ${id} (${kind}): ${what}`).join('');
  throw new CommandError(EXIT.refused, `${name} is not as it was written:${told}`, {
    details: { code: 'audit_changed', breaks },
  });
}

/** The kinds of which it is not known. @throws CommandError if it is another log */
async function compare(name: string, entries: readonly AuditEntry[], since: string) {
  const earlier = intact(`The audit log in ${since}`, await readLogFile(since));
  if (earlier.length === 0) throw noEntries(since);
  const found = AUDIT_KINDS.map((kind) => ({ kind, is: continuityOf(kind, earlier, entries) }));
  const others = found.filter(({ is }) => is === 'another log').map(({ kind }) => kind);
  if (others.length === 0) return found.filter(({ is }) => is === 'unknown').map(({ kind }) => kind);
  throw new CommandError(
    EXIT.refused,
    `${name} does not go on from the log in ${since}: the newest entry there (${others.join(', ')}) is not in it. Its end was removed, it was written anew, or it is the log of another deployment; or this deployment was restored from a backup since, which numbers its own entries anew.`,
    { details: { code: 'audit_other', kinds: others } },
  );
}

function noEntries(file: string): CommandError {
  return new CommandError(
    EXIT.refused,
    `${file} has no entries, so it shows nothing: an export that failed leaves such a file.`,
    {
      details: { code: 'audit_empty', file },
    },
  );
}

interface Extent {
  readonly kind: AuditEntry['kind'];
  readonly entries: number;
  /** Ids of the oldest and the newest. */
  readonly first: number | null;
  readonly last: number | null;
  /** Whether the oldest is the first that there ever was. */
  readonly isFromBeginning: boolean;
  readonly newestHash: string | null;
}

function extentOf(kind: AuditEntry['kind'], all: readonly AuditEntry[]): Extent {
  const entries = all.filter((each) => each.kind === kind);
  const [oldest, newest] = [entries.at(0), entries.at(-1)];
  const isFromBeginning = oldest === undefined || oldest.previous === CHAIN_BEGIN;
  return {
    ...{ kind, entries: entries.length, first: oldest?.id ?? null, last: newest?.id ?? null },
    ...{ isFromBeginning, newestHash: newest?.hash ?? null },
  };
}

function extentText({ kind, entries, first, last, isFromBeginning, newestHash }: Extent): string {
  if (newestHash === null) return `  ${kind.padEnd(7)}  none`;
  const before = isFromBeginning ? 'from the beginning' : 'what came before is not in it';
  return `  ${kind.padEnd(7)}  ${newestHash}  ${entries} entries, ${first} to ${last}, ${before}`;
}

async function readLog(options: ConnectionOptions): Promise<string> {
  return new Response(await (await openClient(options)).exportAudit()).text();
}

async function readLogFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.usage, `Cannot read ${file}: ${(cause as Error).message}`);
  }
}

function entryOf(line: string, number: number): AuditEntry {
  try {
    return v.parse(AuditEntrySchema, JSON.parse(line));
  } catch {
    throw new CommandError(
      EXIT.refused,
      line.startsWith('> ')
        ? `Line ${number} is npm's own: export the log with \`npm run -s regions -- audit --jsonl\`.`
        : `Line ${number} is no entry of an audit log: a file is needed that \`regions audit --jsonl\` wrote.`,
    );
  }
}
