// `regions audit --jsonl` and `regions audit --verify`: the whole log, to be kept elsewhere, and whether it is as it was
// written.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { AUDIT_KINDS, type AuditEntry, AuditEntrySchema } from '../api/audit.ts';
import { checkChain } from '../api/audit-chain.ts';
import type { ConnectionOptions } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { say } from './wrap.ts';

/** Prints the log as it comes. */
export async function exportAudit(options: ConnectionOptions): Promise<void> {
  const lines = await (await openClient(options)).exportAudit();
  for await (const chunk of lines) process.stdout.write(chunk);
}

/** Checks the log of the edge, or a file. @throws CommandError if it is not as it was written */
export async function verifyAudit(source: true | string, options: ConnectionOptions): Promise<void> {
  const text = source === true ? await readLog(options) : await readLogFile(source);
  const entries = text.split('\n').flatMap((line, index) => (line === '' ? [] : [entryOf(line, index + 1)]));
  const { breaks, heads } = checkChain(entries, (each) => createHash('sha256').update(each).digest('hex'));
  if (breaks.length > 0) {
    const told = breaks.map(({ id, kind, what }) => `\n  entry ${id} (${kind}): ${what}`).join('');
    throw new CommandError(EXIT.refused, `The audit log is not as it was written:${told}`, {
      details: { code: 'audit_changed', breaks },
    });
  }
  say(`${entries.length} entries are as they were written. Newest hashes, to compare with later:`);
  for (const kind of AUDIT_KINDS) say(`  ${kind.padEnd(7)}  ${heads[kind] ?? 'none'}`);
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
      `Line ${number} is no entry of an audit log: a file is needed that \`regions audit --jsonl\` wrote.`,
    );
  }
}
