// `sessions list`: the sessions of who asks, or all for admins.

import { Command } from 'commander';
import type { Session } from '../../api/sessions.ts';
import { formatTable } from '../../regions/table.ts';
import type { AdminClient } from '../admin-client.ts';
import { durationText } from '../backup-text.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';

/** As many as the edge gives at once. */
const PAGE = 200;

/** Makes the subcommand. */
export function listCommand(): Command {
  return withConnection(new Command('list'))
    .description('list your sessions, newest first; with the admin token those of all')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: ConnectionOptions & { readonly json?: true }) => {
      const sessions = await allSessions(await openClient(options));
      if (json) console.log(JSON.stringify(sessions, null, 2));
      else say(listText(sessions, Date.now()));
    });
}

async function allSessions(client: AdminClient): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  let before: number | undefined;
  do {
    const { containers, next } = await client.sessions({
      limit: PAGE,
      ...(before !== undefined && { before }),
    });
    sessions.push(...containers);
    before = next ?? undefined;
  } while (before !== undefined);
  return sessions;
}

const HEAD = ['NAME', 'STATE', 'REGION', 'OWNER', 'SEEN', 'ENDS IN', 'PROBLEM'];

/** @param now ms since the epoch */
function listText(sessions: readonly Session[], now: number): string {
  if (sessions.length === 0) return 'There are no sessions.';
  const rows = sessions.map(({ name, state, region, owner, seen, expires, problem = '' }) => {
    const ago = `${durationText(now - Date.parse(seen))} ago`;
    return [name, state, region, owner, ago, durationText(Date.parse(expires) - now), problem].map(printable);
  });
  return formatTable([HEAD, ...rows]);
}
