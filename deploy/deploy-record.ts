// What a deploy deployed, kept in the bucket of backups under the id of the Worker's version: any machine with a token finds
// it there, also while the edge does not answer. `npm run rollback` goes back by it.

import * as v from 'valibot';
import type { DeployApi } from './deploy-api.ts';

const RecordSchema = v.object({
  /** Id of the Worker's version. */
  version: v.string(),
  at: v.string(),
  /** The commit of the checkout, if it was one. */
  commit: v.nullable(v.string()),
  /** The last migration. */
  migration: v.nullable(v.string()),
  /** By the names of container applications. */
  images: v.record(v.string(), v.string()),
  /** Version of the live configuration; null if the edge did not say. */
  config: v.nullable(v.number()),
});
export type DeployRecord = v.InferOutput<typeof RecordSchema>;

const keyOf = (version: string) => `deploys/${version}.json`;

export async function writeRecord(api: DeployApi, bucket: string, record: DeployRecord): Promise<void> {
  await api.putObject(bucket, keyOf(record.version), record);
}

/** @returns undefined if there is none that can be read */
export async function readRecord(
  api: DeployApi,
  bucket: string,
  version: string,
): Promise<DeployRecord | undefined> {
  const text = await api.object(bucket, keyOf(version));
  if (text === undefined) return undefined;
  try {
    return v.parse(RecordSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The images that run, by the names of applications. @param names those of this Worker */
export async function imagesOf(
  api: DeployApi,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const applications = await api.applications();
  return Object.fromEntries(
    applications
      .filter(({ name }) => names.includes(name))
      .map(({ name, configuration }) => [name, configuration.image]),
  );
}
