// `regions audit`: every change and every refused attempt, newest first.

import { Command, Option } from 'commander';
import { AUDIT_KINDS, type AuditEntry } from '../api/audit.ts';
import { formatTable } from '../regions/table.ts';
import { positiveNumber } from './arguments.ts';
import { exportAudit, verifyAudit } from './audit-chain.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { timeText } from './version-text.ts';
import { say } from './wrap.ts';

type Options = ConnectionOptions & {
  json?: true;
  jsonl?: true;
  verify?: true | string;
  since?: string;
  kind?: AuditEntry['kind'];
  before?: number;
  limit?: number;
};

/** Makes the subcommand. */
export function auditCommand(): Command {
  return withConnection(new Command('audit'))
    .description('list changes and refused attempts, newest first')
    .option('--before <id>', 'only those before this entry', positiveNumber)
    .option('--limit <n>', 'how many at most', positiveNumber)
    .addOption(
      new Option('--kind <kind>', 'only those that changed something, or were refused').choices(AUDIT_KINDS),
    )
    .option('--json', 'print them as JSON')
    .option('--jsonl', 'print the whole log, oldest first, an entry in each line as JSON')
    .option('--verify [file]', 'check that the log, or a file that --jsonl wrote, is as it was written')
    .option(
      '--since <file>',
      'with --verify: check too that it goes on from this one, an earlier export, with nothing removed at its end',
    )
    .action(async ({ json, jsonl, verify, since, ...options }: Options) => {
      if (verify !== undefined) return verifyAudit({ source: verify, since, json }, options);
      if (since !== undefined) throw new CommandError(EXIT.usage, '--since needs --verify.');
      if (jsonl) return exportAudit(options);
      const audit = await (await openClient(options)).audit(options);
      if (json) return console.log(JSON.stringify(audit, null, 2));
      say(auditText(audit.entries));
      if (audit.next !== null) say(`For older ones: --before ${audit.next}`);
    });
}

const HEAD = ['ID', 'TIME', 'ACTOR', 'ACTION', 'OUTCOME', 'VERSION', 'ADDRESS'];

/** A line for each entry, and below it what it was about, if it says so. */
function auditText(entries: readonly AuditEntry[]): string {
  const [head = '', ...lines] = formatTable([HEAD, ...entries.map(rowOf)]).split('\n');
  const indent = ' '.repeat(head.indexOf('TIME'));
  const details = entries.map(({ detail }) => (detail ? [indent + printable(detail)] : []));
  return [head, ...lines.flatMap((line, index) => [line, ...(details[index] ?? [])])].join('\n');
}

function rowOf(entry: AuditEntry): string[] {
  const { id, time, actor, action, outcome, from, to, address, attempts } = entry;
  return [
    String(id),
    timeText(time),
    actor,
    action,
    attempts > 1 ? `${outcome} (${attempts} times)` : outcome,
    versions(from, to),
    address ?? '-',
  ].map(printable);
}

function versions(from: number | null, to: number | null): string {
  if (to === null || to === from) return from === null ? '-' : String(from);
  return `${from ?? '-'} -> ${to}`;
}
