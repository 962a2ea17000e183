// A copy of this checkout in which wrangler and vitest are programs that only write down what they were asked: what a deploy and
// the contract suite would need, an account and an edge, is not here.

import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProjectCopy } from './project-copy.ts';

const PROGRAM = `
import { appendFileSync, readFileSync } from 'node:fs';
const args = process.argv.slice(2);
const at = args.indexOf('--config');
const images = at === -1 ? [] : [...readFileSync(args[at + 1], 'utf8').matchAll(/^image = "(.*)"$/gm)].map(([, image]) => image);
const said = args.filter((each, index) => index !== at && (at === -1 || index !== at + 1));
appendFileSync(process.env.FAKE_LOG, JSON.stringify({ args: said, images }) + '\\n');
if (said.join(' ').includes(process.env.FAKE_HANGS ?? 'nothing hangs')) await new Promise(() => setTimeout(() => {}, 60_000));
process.exit(said.join(' ').includes(process.env.FAKE_FAILS ?? 'nothing fails') ? 1 : 0);
`;

export interface Told {
  readonly args: readonly string[];
  /** Of the configuration that it was given, container by container. */
  readonly images: readonly string[];
}

/** What of a call's arguments makes it fail, or go on until it is interrupted. */
export interface Trouble {
  readonly failing?: string;
  readonly hanging?: string;
}

export class FakeWrangler {
  readonly project: ProjectCopy;

  private constructor(project: ProjectCopy) {
    this.project = project;
  }

  static async make(): Promise<FakeWrangler> {
    const project = await ProjectCopy.make();
    const modules = join(project.path, 'node_modules');
    const real = join(process.cwd(), 'node_modules');
    await rm(modules);
    await mkdir(modules);
    for (const name of await readdir(real))
      if (name !== 'wrangler' && name !== 'vitest') await symlink(join(real, name), join(modules, name));
    await mkdir(join(modules, 'wrangler/bin'), { recursive: true });
    await mkdir(join(modules, 'vitest'));
    await writeFile(join(modules, 'wrangler/package.json'), '{"type":"module"}');
    await writeFile(join(modules, 'wrangler/bin/wrangler.js'), PROGRAM);
    await writeFile(join(modules, 'vitest/vitest.mjs'), PROGRAM);
    return new FakeWrangler(project);
  }

  /** For a command in the copy. */
  env({ failing, hanging }: Trouble = {}): Readonly<Record<string, string>> {
    return {
      FAKE_LOG: this.#log,
      ...(failing !== undefined && { FAKE_FAILS: failing }),
      ...(hanging !== undefined && { FAKE_HANGS: hanging }),
    };
  }

  /** What was asked since the last time. */
  async told(): Promise<readonly Told[]> {
    const told = await this.peek();
    await rm(this.#log, { force: true });
    return told;
  }

  /** The same, which stays to be told. */
  async peek(): Promise<readonly Told[]> {
    const text = await readFile(this.#log, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Told);
  }

  get #log(): string {
    return join(this.project.path, 'told.jsonl');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.project[Symbol.asyncDispose]();
  }
}
