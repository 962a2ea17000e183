// A copy of this checkout that a test may change; its packages are this one's.

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_COPIED: ReadonlySet<string> = new Set([
  ...['node_modules', '.git', '.meridian', '.wrangler', '.secrets.env'],
  // It is there while the site of the docs is built.
  '.temp',
]);

export class ProjectCopy {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<ProjectCopy> {
    const path = await mkdtemp(join(tmpdir(), 'meridian-project-'));
    await cp(PROJECT, path, { recursive: true, filter: (source) => !NOT_COPIED.has(basename(source)) });
    await symlink(join(PROJECT, 'node_modules'), join(path, 'node_modules'));
    return new ProjectCopy(path);
  }

  read(file: string): Promise<string> {
    return readFile(join(this.path, file), 'utf8');
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.path, file), text);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
