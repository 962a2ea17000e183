// `regions audit`: every change and every refused attempt, newest first.

import { Command } from 'commander';
import type { AuditEntry } from '../api/audit.ts';
import { formatTable } from '../regions/table.ts';
import { positiveNumber } from './arguments.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { timeText } from './version-text.ts';
import { wrapped } from './wrap.ts';

type Options = ConnectionOptions & { json?: true; before?: number; limit?: number };

/** Makes the subcommand. */
export function auditCommand(): Command {
  return withConnection(new Command('audit'))
    .description('list changes and refused attempts, newest first')
    .option('--before <id>', 'only those before this entry', positiveNumber)
    .option('--limit <n>', 'how many at most', positiveNumber)
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: Options) => {
      const audit = await (await openClient(options)).audit(options);
      if (json) return console.log(JSON.stringify(audit, null, 2));
      console.log(wrapped(formatTable([HEAD, ...audit.entries.map(rowOf)])));
      if (audit.next !== null) console.log(`For older ones: --before ${audit.next}`);
    });
}

const HEAD = ['ID', 'TIME', 'ACTOR', 'ACTION', 'OUTCOME', 'VERSION', 'ADDRESS', 'DETAIL'];

function rowOf(entry: AuditEntry): string[] {
  const { id, time, actor, action, outcome, from, to, address, detail, attempts } = entry;
  return [
    String(id),
    timeText(time),
    actor,
    action,
    attempts > 1 ? `${outcome} (${attempts} times)` : outcome,
    versions(from, to),
    address ?? '-',
    detail ?? '',
  ].map(printable);
}

function versions(from: number | null, to: number | null): string {
  if (to === null || to === from) return from === null ? '-' : String(from);
  return `${from ?? '-'} -> ${to}`;
}
