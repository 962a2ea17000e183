// What the container may do and what is in it: user 4222, nothing to write to but /data, no tool that is not needed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CONTAINER_FOLDER } from '../../../local/image/build.ts';
import { type Check, connect } from '../check.ts';

const IN_IMAGE = /\.(?:conf|sh)$/;

const USER: Check = {
  name: 'it runs as user 4222, nats, who owns /data and nothing else',
  run: async (image) => {
    await using container = await image.serve();
    assert.equal((await container.inspect()).Config.User, '4222:4222');
    assert.match(await container.beside('busybox', 'id'), /^uid=4222\(nats\) gid=4222\(nats\)/);
    const owned = await container.beside(
      'busybox',
      'find',
      '/',
      '-xdev',
      '-user',
      '4222',
      '!',
      '-path',
      '/proc/*',
    );
    assert.deepEqual(owned.trim().split('\n'), ['/data']);
    return 'uid=4222(nats)';
  },
};

const CONTENT: Check = {
  name: 'it has the files of container/ unchanged, five tools of busybox, and no setuid program',
  run: async (image) => {
    await using container = await image.serve();
    const tools = (await container.beside('busybox', 'ls', '/bin')).trim().split('\n');
    assert.deepEqual(tools, ['busybox', 'dirname', 'sed', 'sh', 'sleep', 'tr']);
    const setuid = await container.beside('busybox', 'find', '/', '-xdev', '-type', 'f', '-perm', '/6000');
    assert.equal(setuid, '');
    const files = (await readdir(CONTAINER_FOLDER, { recursive: true })).filter((file) =>
      IN_IMAGE.test(file),
    );
    const paths = files.map((file) => `/opt/meridian/${file}`);
    const sums = (await container.beside('busybox', 'sha256sum', ...paths)).trim().split('\n');
    for (const [index, file] of files.entries()) {
      const ours = await readFile(join(CONTAINER_FOLDER, file));
      const sum = createHash('sha256').update(ours).digest('hex');
      assert.equal(sums[index], `${sum}  ${paths[index]}`, `${relative('.', file)} differs`);
    }
    return `${files.length} files, ${tools.length - 1} tools`;
  },
};

const STRICT: Check = {
  name: 'it serves without any capability, with a read-only root and no new privileges',
  run: async (image) => {
    await using container = await image.serve({
      env: { NATS_JETSTREAM: 'true' },
      options: [
        '--read-only',
        '--cap-drop',
        'ALL',
        '--security-opt',
        'no-new-privileges',
        '--volume',
        '/data',
      ],
    });
    const { client, accepted } = await connect(container);
    client.close();
    assert.ok(accepted);
    return 'with JetStream';
  },
};

export const CONFINEMENT: readonly Check[] = [USER, CONTENT, STRICT];
