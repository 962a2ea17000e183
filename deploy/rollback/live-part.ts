// What a rollback asks of the edge: the live configuration, and which edits of it going back undoes. An edge that is down is the very
// reason to go back, so without its answer the rest still does.

import type { LiveConfig } from '../../api/config.ts';
import type { ErrorCode } from '../../api/errors.ts';
import type { RolloutState } from '../../api/rollouts.ts';
import type { AdminClient } from '../../cli/admin-client.ts';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { openClient } from '../../cli/live.ts';
import { versionText } from '../../cli/version-text.ts';
import type { Environment } from '../target.ts';
import type { RollbackPlan } from './rollback-plan.ts';

/** Of more than these only the number is said. */
const SHOWN_EDITS = 20;

const OVER: ReadonlySet<RolloutState> = new Set(['done', 'aborted']);

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
export async function withLivePart(planned: RollbackPlan, edge: Edge | string): Promise<RollbackPlan> {
  if (typeof edge === 'string') return planned;
  const plan = { ...planned, notes: [...planned.notes, ...(await rolloutNotes(edge.client))] };
  const { config } = plan;
  if (config === undefined) return plan;
  const { client, live } = edge;
  const old = await keptConfig(client, config);
  if (old === undefined)
    return noting(plan, `The configuration stays as it is: its version ${config} is no longer kept.`);
  // Going back makes a new version: what counts is what is in it.
  const isSame = (await client.dryRun(old.config)).changes.length === 0;
  if (isSame) return { ...plan, config: undefined };
  return { ...plan, undoes: await editsAfter(client, config, live.version) };
}

/** Of rollouts that are not over: none ends by a rollback, and one that goes on changes what that has put back. */
async function rolloutNotes(client: AdminClient): Promise<readonly string[]> {
  try {
    const { rollouts } = await client.rollouts();
    return rollouts
      .filter(({ state }) => !OVER.has(state))
      .map(
        ({ id, name, state }) =>
          `Rollout ${id}, ${name}, is ${state}, and this does not end it: \`npm run regions -- rollout abort ${id}\` does, and takes back what it has set. Best before this.`,
      );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [`Whether a rollout is under way is not known (${error.message}).`];
  }
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
