// A script with all that it imports from this project, as one file: what runs elsewhere, and where its variables are
// found. What it does not use is not in it.

import { type BuildFailure, build } from 'esbuild';
import { LoadtestError } from './loadtest-error.ts';

/** @throws LoadtestError when it, or something that it imports, cannot be read or is no JavaScript */
export async function bundleScript(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // k6 has its own modules within it, and fetches those of the web itself.
    external: ['k6', 'k6/*', 'https://*'],
    legalComments: 'none',
    logLevel: 'silent',
  }).catch((cause: BuildFailure) => {
    throw new LoadtestError(`cannot read the script ${path}: ${firstOf(cause)}`, undefined, { cause });
  });
  return outputFiles[0]?.text ?? '';
}

function firstOf({ errors, message }: BuildFailure): string {
  const [first] = errors;
  if (first === undefined) return message;
  return first.location === null
    ? first.text
    : `${first.text} (${first.location.file}:${first.location.line})`;
}
