#!/usr/bin/env node
// `npm start` begins here. The stack is TypeScript, which only newer versions of Node run: an older one says so in words.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) await import('./cli.ts');
else {
  console.error(
    `Node ${process.versions.node} cannot run the local stack, which is TypeScript: it takes Node 22.18 or later.\n` +
      'Use `npm start`, which runs the Node that `npm install` brought.',
  );
  process.exitCode = 2;
}
