// `npm run loadtest -- ...`: starts the command itself in its own session and forwards signals to it. Otherwise Ctrl-C
// would reach every process of the terminal's group at once; workerd would be gone before k6 has finished its last
// iterations, and these would be reported as failures.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../../local/engine/processes/process-group.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const child = spawn(process.execPath, [...process.execArgv, MAIN, ...process.argv.slice(2)], {
  detached: true,
  // Through the channel it notices if this process is killed.
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  console.error(`error: cannot run ${process.execPath}: ${error.message}`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  process.exitCode = exitCodeOf(code, signal);
});
