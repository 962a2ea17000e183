// What deploys and rollbacks have to know of wrangler.toml, and the same file with other images. Pure.

import { parse } from 'smol-toml';
import * as v from 'valibot';

const FileSchema = v.object({
  name: v.string(),
  routes: v.optional(v.array(v.object({ pattern: v.string(), custom_domain: v.optional(v.boolean()) })), []),
  r2_buckets: v.array(v.object({ binding: v.string(), bucket_name: v.string() })),
  containers: v.array(v.object({ name: v.string(), image: v.string() })),
  migrations: v.array(v.object({ tag: v.string() })),
});

export interface WranglerFile {
  /** The Worker's name. */
  readonly worker: string;
  /** Custom domains. */
  readonly domains: readonly string[];
  /** The bucket of backups. */
  readonly bucket: string | undefined;
  /** Names of the container applications. */
  readonly containers: readonly string[];
  /** The last migration. */
  readonly migration: string | null;
}

export function readWranglerFile(text: string): WranglerFile {
  const { name, routes, r2_buckets, containers, migrations } = v.parse(FileSchema, parse(text));
  return {
    worker: name,
    domains: routes.filter(({ custom_domain }) => custom_domain).map(({ pattern }) => pattern),
    bucket: r2_buckets.find(({ binding }) => binding === 'BACKUPS')?.bucket_name,
    containers: containers.map((each) => each.name),
    migration: migrations.at(-1)?.tag ?? null,
  };
}

const CONTAINER = /(\[\[containers\]\]\nname = "([^"]+)"\n(?:(?!\[\[).*\n)*?image = )"[^"]*"/g;

/** @param images by the names of applications; the others are built, as the file says */
export function withImages(text: string, images: ReadonlyMap<string, string>): string {
  return text.replace(CONTAINER, (all, before: string, name: string) => {
    const image = images.get(name);
    return image === undefined ? all : `${before}${JSON.stringify(image)}`;
  });
}
