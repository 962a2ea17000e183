// Where a rollback goes, written down beside the records before it begins: one that fails half-way has already made a new version
// the present one, so "the deploy before this one" would be another deploy when it is run again.

import * as v from 'valibot';
import type { DeployApi } from '../deploy-api.ts';

const GoalSchema = v.object({
  /** Id of the version that served when it began. */
  from: v.string(),
  /** And of the one that it goes back to. */
  to: v.string(),
  /** When it began. */
  at: v.string(),
  isDone: v.boolean(),
});
export type Goal = v.InferOutput<typeof GoalSchema>;

/** No id of a version, so no record of a deploy. */
const KEY = 'deploys/rollback.json';

export async function writeGoal(api: DeployApi, bucket: string, goal: Goal): Promise<void> {
  await api.putObject(bucket, KEY, goal);
}

/**
 * The rollback that began and did not end.
 *
 * @param running the version that serves. Another than those two was deployed since, and the rollback is over.
 */
export async function unfinishedGoal(
  api: DeployApi,
  bucket: string,
  running: string,
): Promise<Goal | undefined> {
  const text = await api.object(bucket, KEY);
  if (text === undefined) return undefined;
  const goal = v.safeParse(v.pipe(v.string(), v.parseJson(), GoalSchema), text);
  if (!goal.success) return undefined;
  const { from, to, isDone } = goal.output;
  return !isDone && [from, to].includes(running) ? goal.output : undefined;
}
