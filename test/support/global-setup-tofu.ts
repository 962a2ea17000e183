// Finds OpenTofu, or builds it, before the first of the tests that run it: that takes minutes, once.

import { ensureTofu } from '../../local/binaries/tofu.ts';

export default async function setup(): Promise<void> {
  await ensureTofu({ log: console.error });
}
