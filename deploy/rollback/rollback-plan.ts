// Back to an earlier deploy: what of it would change, or why that is not possible. Pure.

import type { DeployRecord } from '../deploy-record.ts';

export interface Running {
  readonly version: string;
  readonly migration: string | null | undefined;
  readonly images: Readonly<Record<string, string>>;
  /** Version of the live configuration, or why it is not known. */
  readonly config: number | string;
}

export interface RollbackPlan {
  readonly worker: { readonly from: string; readonly to: string } | undefined;
  readonly images: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** To the version of the configuration that was live then; undefined: it is, or is not known. */
  readonly config: number | undefined;
  /** The live edits that this undoes, a line each, newest first. */
  readonly undoes: readonly string[];
  readonly notes: readonly string[];
}

export type Rollback =
  | { readonly ok: true; readonly plan: RollbackPlan }
  | { readonly ok: false; readonly why: string };

export function planRollback(target: DeployRecord, running: Running): Rollback {
  if (target.migration !== running.migration) {
    const commit = target.commit === null ? 'its commit' : `its commit, ${target.commit.slice(0, 12)},`;
    const between = `between ${target.migration ?? 'none'} and ${running.migration ?? 'none'}`;
    return {
      ok: false,
      why: `A migration of objects lies ${between}, and Cloudflare takes no Worker back across one: a version from before does not know the classes that there are now. Go forward: bring back what ${commit} had in a new commit, with the migrations of today, and deploy that.`,
    };
  }
  const images = Object.entries(target.images).flatMap(([name, to]) => {
    const from = running.images[name];
    return from === undefined || from === to ? [] : [{ name, from, to }];
  });
  const isConfigKnown = target.config !== null && typeof running.config === 'number';
  const isOtherConfig = isConfigKnown && target.config !== running.config;
  return {
    ok: true,
    plan: {
      worker: target.version === running.version ? undefined : { from: running.version, to: target.version },
      images,
      config: isOtherConfig ? (target.config ?? undefined) : undefined,
      undoes: [],
      notes: notesOf(target, running),
    },
  };
}

function notesOf({ config, images }: DeployRecord, running: Running): readonly string[] {
  const gone = Object.keys(images).filter((name) => running.images[name] === undefined);
  return [
    ...(config === null ? ['That deploy did not record the configuration: it stays as it is.'] : []),
    ...(config !== null && typeof running.config === 'string'
      ? [
          `The configuration stays as it is: ${running.config}. Later: \`npm run regions -- rollback ${config}\`.`,
        ]
      : []),
    ...(gone.length > 0 ? [`There is no container any more of ${gone.join(', ')}.`] : []),
  ];
}

/** @param at when the target was deployed */
export function rollbackText({ worker, images, config, undoes, notes }: RollbackPlan, at: string): string {
  const lines = [
    ...(config === undefined ? [] : [`configuration: as in version ${config}`]),
    ...undoes.map((edit) => `  undoes ${edit}`),
    ...(worker === undefined ? [] : [`Worker: ${worker.from} -> ${worker.to}`]),
    ...images.map(({ name, from, to }) => `${name}: ${tagOf(from)} -> ${tagOf(to)}`),
  ];
  const what =
    lines.length === 0
      ? [`Everything is as it was deployed at ${at}.`]
      : [`Back to what was deployed at ${at}:`, ...lines.map((line) => `  ${line}`)];
  const restarts =
    images.length === 0
      ? []
      : ["Servers with another image restart, JetStream's one after the other (docs/operations.md)."];
  return [...what, ...restarts, ...notes].join('\n');
}

const tagOf = (image: string) => image.split('/').at(-1) ?? image;
