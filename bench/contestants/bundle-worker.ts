// A benchmark's Worker as one module.

import { type BuildOptions, build } from 'esbuild';

/** Bundles for workerd, whose own modules stay imports. */
export async function bundleWorker(
  source: Pick<BuildOptions, 'entryPoints' | 'stdin' | 'plugins'>,
): Promise<string> {
  const { outputFiles } = await build({
    ...source,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    write: false,
  });
  return outputFiles?.[0]?.text ?? '';
}
