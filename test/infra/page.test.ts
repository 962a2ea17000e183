// docs/infrastructure.md from its first command to its last, as somebody would who follows it, on OpenTofu itself.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InfraFolder } from '../support/infra-folder.ts';
import { commandsOfInfraPage } from '../support/infra-page.ts';
import { type S3Bucket, startS3Bucket } from '../support/s3-bucket.ts';

const COMMANDS = commandsOfInfraPage(
  await readFile(new URL('../../docs/infrastructure.md', import.meta.url), 'utf8'),
);

/** Minutes on two cores: OpenTofu derives a key for each state that it reads or writes. */
const PAGE_TIMEOUT_MS = 600_000;

const MAIN = `
resource "terraform_data" "one" { input = "one" }
output "keys" { value = terraform_data.one.output }
`;

/** As OpenTofu writes it. */
const LEFT = {
  ...{ ID: '11111111-2222-3333-4444-555555555555', Operation: 'OperationTypeApply', Info: '' },
  ...{ Who: 'ann@desk', Version: '1.12.6', Created: '2026-11-01T10:00:00Z', Path: 'meridian.tfstate' },
};

/** They ask, and here is nobody to answer. */
const ASKS = new Set(['apply', 'migrate', 'restore', 'force-unlock']);

let s3: S3Bucket;
beforeAll(async () => {
  s3 = await startS3Bucket();
}, 60_000);
afterAll(() => s3[Symbol.asyncDispose]());

test('its commands, one after the other', { timeout: PAGE_TIMEOUT_MS }, async () => {
  await using folder = await InfraFolder.create(s3, MAIN);
  const done: string[] = [];
  for (const command of COMMANDS) {
    const [name = ''] = command;
    if (name === 'force-unlock') {
      // The table before it ends with the state in the folder.
      expect(await folder.run(['migrate', '--to', 'r2', '--yes'])).toMatchObject({ code: 0 });
      await s3.write('meridian.tfstate.tflock', JSON.stringify(LEFT));
    }
    const named = command.map((word) =>
      word === '<the id that doctor shows>'
        ? LEFT.ID
        : word.replace('<address>', 'terraform_data.two').replace('<id>', 'two'),
    );
    if (name === 'tofu' && named.includes('import'))
      await folder.write(`${MAIN}\nresource "terraform_data" "two" {}\n`);
    const args = ASKS.has(name) && !named.includes('--dry-run') ? [...named, '--yes'] : named;
    const { code, out, err } = await folder.run(args);
    expect({ command: command.join(' '), code, said: code === 0 ? '' : out + err }).toEqual({
      ...{ command: command.join(' '), code: 0, said: '' },
    });
    done.push(name);
  }
  expect(new Set(done).size).toBe(9);
});
