// Which deploy a rollback goes to: the one that is named, the one that an unfinished rollback was going to, or the one before the
// deploy that runs.

import { CommandError, EXIT } from '../../cli/exit.ts';
import type { DeployApi } from '../deploy-api.ts';
import { type DeployRecord, imagesOf, readRecord } from '../deploy-record.ts';
import type { WranglerFile } from '../wrangler-file.ts';
import { type Goal, unfinishedGoal } from './goal.ts';

export interface Found {
  readonly target: DeployRecord;
  /** The version that serves. */
  readonly running: string;
  readonly images: Readonly<Record<string, string>>;
  /** Where the records are. */
  readonly bucket: string;
  /** The rollback that this one goes on with. */
  readonly unfinished: Goal | undefined;
  /** For people: why it is this deploy. */
  readonly notes: readonly string[];
}

/** @param wanted the id of a version. @throws CommandError if there is no such deploy, or no record of it */
export async function findTarget(
  api: DeployApi,
  { worker, bucket, containers }: WranglerFile,
  wanted: string | undefined,
): Promise<Found> {
  if (bucket === undefined)
    throw new CommandError(EXIT.refused, 'wrangler.toml has no bucket BACKUPS, where deploys are recorded.');
  const [versions, images] = await Promise.all([api.versions(worker), imagesOf(api, containers)]);
  const [running] = versions;
  if (running === undefined)
    throw new CommandError(EXIT.refused, `Nothing was changed: the Worker ${worker} was never deployed.`);
  const found = { running, images, bucket, unfinished: undefined, notes: [] };
  const goal = wanted === undefined ? await unfinishedGoal(api, bucket, running) : undefined;
  const named = wanted ?? goal?.to;
  if (named !== undefined) {
    const target = await readRecord(api, bucket, named);
    if (target === undefined) throw notRecorded(`version ${named} was not`, bucket, wanted);
    if (goal === undefined) return { ...found, target };
    const note = `This goes on with the rollback to ${goal.to} that began at ${goal.at} and did not end.`;
    return { ...found, target, unfinished: goal, notes: [note] };
  }
  const records = await recordsOf(api, bucket, versions);
  const [newest] = records;
  if (newest === undefined) throw notRecorded('no earlier deploy was', bucket, wanted);
  if (newest.version !== running && !(await isSameDeploy(api, worker, newest, { running, images })))
    return { ...found, target: newest };
  const target = records.find(({ at }) => at < newest.at);
  if (target === undefined) throw notRecorded('no earlier deploy was', bucket, wanted);
  const notes =
    newest.version === running
      ? []
      : [
          `${running} is not recorded, and has the code and the images of ${newest.version}: a change of secrets makes such a version. So this goes to the deploy before that one.`,
        ];
  return { ...found, target, notes };
}

/** Of what served, the newest first. After a rollback the newest is not the latest deploy. */
async function recordsOf(
  api: DeployApi,
  bucket: string,
  versions: readonly string[],
): Promise<readonly DeployRecord[]> {
  const records = await Promise.all([...new Set(versions)].map((each) => readRecord(api, bucket, each)));
  return records.filter((each) => each !== undefined);
}

/**
 * Whether a version without a record is only a change of secrets. Otherwise it is a deploy that could not be recorded, and
 * the newest record is of the deploy before.
 */
async function isSameDeploy(
  api: DeployApi,
  worker: string,
  record: DeployRecord,
  { running, images }: Pick<Found, 'running' | 'images'>,
): Promise<boolean> {
  const isSameImage = ([name, image]: [string, string]) =>
    images[name] === undefined || images[name] === image;
  if (!Object.entries(record.images).every(isSameImage)) return false;
  const [now, then] = await Promise.all([api.codeOf(worker, running), api.codeOf(worker, record.version)]);
  return now === then;
}

function notRecorded(which: string, bucket: string, version: string | undefined): CommandError {
  return new CommandError(
    EXIT.refused,
    `Nothing was changed: ${which} recorded in ${bucket}, so its images and its configuration are not known. \`npx wrangler rollback\` takes the Worker alone back.`,
    { details: { code: 'not_recorded', version: version ?? null } },
  );
}
