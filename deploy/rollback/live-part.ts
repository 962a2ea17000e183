// What a rollback asks of the edge: the live configuration, and which edits of it going back undoes. An edge that is down is the very
// reason to go back, so without its answer the rest still does.

import type { LiveConfig } from '../../api/config.ts';
import type { ErrorCode } from '../../api/errors.ts';
import type { AdminClient } from '../../cli/admin-client.ts';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { openClient } from '../../cli/live.ts';
import { versionText } from '../../cli/version-text.ts';
import type { Environment } from '../target.ts';
import type { RollbackPlan } from './rollback-plan.ts';

/** Of more than these only the number is said. */
const SHOWN_EDITS = 20;

export interface Edge {
  readonly client: AdminClient;
  readonly live: LiveConfig;
}

/** The edge, or why it cannot be asked. @throws CommandError if it refuses the token, which somebody has to correct */
export async function askEdge(env: Environment): Promise<Edge | string> {
  if (!env.MERIDIAN_URL || !env.MERIDIAN_TOKEN)
    return 'it takes MERIDIAN_URL and MERIDIAN_TOKEN to change it';
  const client = await openClient({});
  try {
    return { client, live: await client.config() };
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === EXIT.notAuthorized) throw error;
    return `the edge did not answer (${error.message})`;
  }
}

/** The plan with what the edge knows of its configuration. */
export async function withLivePart(plan: RollbackPlan, edge: Edge | string): Promise<RollbackPlan> {
  const { config } = plan;
  if (config === undefined || typeof edge === 'string') return plan;
  const { client, live } = edge;
  const old = await keptConfig(client, config);
  if (old === undefined)
    return noting(plan, `The configuration stays as it is: its version ${config} is no longer kept.`);
  // Going back makes a new version: what counts is what is in it.
  const isSame = (await client.dryRun(old.config)).changes.length === 0;
  if (isSame) return { ...plan, config: undefined };
  return { ...plan, undoes: await editsAfter(client, config, live.version) };
}

async function keptConfig(client: AdminClient, version: number): Promise<LiveConfig | undefined> {
  try {
    return await client.configOf(version);
  } catch (error) {
    if (error instanceof CommandError && error.details.code === ('no_such_version' satisfies ErrorCode))
      return undefined;
    throw error;
  }
}

const noting = (plan: RollbackPlan, note: string): RollbackPlan => ({
  ...plan,
  config: undefined,
  notes: [...plan.notes, note],
});

/** The live edits since, newest first, a line each. */
async function editsAfter(client: AdminClient, config: number, now: number): Promise<readonly string[]> {
  const { versions } = await client.history({ before: now + 1, limit: SHOWN_EDITS });
  const since = versions.filter(({ version }) => version > config);
  const more = now - config - since.length;
  return [...since.map(versionText), ...(more > 0 ? [`and ${more} more: \`regions history\``] : [])];
}
