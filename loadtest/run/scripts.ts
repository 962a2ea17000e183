// The k6 scripts of loadtest/: which there are, and the question that each answers, from its opening comment.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LoadtestError } from './loadtest-error.ts';
import { unknownName } from './profiles.ts';

export const SCRIPT_FOLDER = fileURLToPath(new URL('..', import.meta.url));

export interface Script {
  readonly name: string;
  readonly path: string;
  readonly question: string;
}

export async function listScripts(folder: string = SCRIPT_FOLDER): Promise<readonly Script[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const path = join(folder, file);
      return { name: file.slice(0, -'.js'.length), path, question: questionOf(await readFile(path, 'utf8')) };
    }),
  );
}

/**
 * A script by its name, or by a path, for custom scripts.
 * @throws LoadtestError that names the most similar script
 */
export async function findScript(name: string, folder: string = SCRIPT_FOLDER): Promise<Script> {
  if (name.endsWith('.js')) return readScript(name);
  const scripts = await listScripts(folder);
  const found = scripts.find((script) => script.name === name);
  if (found !== undefined) return found;
  throw new LoadtestError(
    unknownName(
      'script',
      name,
      scripts.map((script) => script.name),
    ),
  );
}

async function readScript(path: string): Promise<Script> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new LoadtestError(`cannot read the script ${path}: ${cause.message}`, undefined, { cause });
  });
  const name = path.replace(/^.*\//, '').slice(0, -'.js'.length);
  return { name, path, question: questionOf(text) };
}

/** The first question of the opening comment, else its first sentence. */
export function questionOf(source: string): string {
  const comment = /^(?:#!.*\n)?\s*((?:\/\/.*\n?)+|\/\*[\s\S]*?\*\/)/.exec(source)?.[1] ?? '';
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\s*(\/\/ ?|\/\*+|\*\/|\* ?)|\*\/\s*$/g, '').trim())
    // A directive to the compiler is no sentence.
    .filter((line) => !line.startsWith('@ts-'))
    .join(' ')
    .trim();
  const sentences = text.match(/[^.?!]+(?:[.?!](?!\s|$)[^.?!]*)*[.?!]?/g)?.map((each) => each.trim()) ?? [];
  return sentences.find((sentence) => sentence.endsWith('?')) ?? sentences[0] ?? '';
}
