// What `npm start` prints: steps with their time, the servers' warnings, errors. Colours only where the terminal
// supports them.

import { styleText } from 'node:util';

export interface Console {
  /** Progress. */
  readonly step: (text: string) => void;
  /** A log line of the Worker or of a server. */
  readonly log: (source: string, line: string) => void;
  /** From now on log lines are dropped: servers that are being stopped log nothing of interest. */
  readonly closeLog: () => void;
  /** What users want to read once the stack is ready. */
  readonly print: (text: string) => void;
  /** The last line, which scripts wait for; always printed. */
  readonly ready: (text: string) => void;
  readonly error: (text: string) => void;
}

export interface ConsoleOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** nats-server's levels that people should see. */
const NOTEWORTHY = /\[(?:WRN|ERR|FTL)\]/;

/** Warnings that come with every start and are expected. */
const EXPECTED = [
  /Websocket not configured with TLS/, // TLS ends at Cloudflare.
  /Error trying to connect to route/, // JetStream's placeholder routes lead nowhere: container/entrypoint.sh.
  /invalid value for header 'Upgrade'/, // The container class asks whether the port is open.
  /Healthcheck failed: "failed to be ready/, // A container is asked until it is.
  /Waiting for routing to be established|has not established contact with a meta leader/, // The mesh comes next.
];

export function openConsole({ quiet = false, verbose = false }: ConsoleOptions): Console {
  // A closed terminal, or a reader that has ended, is no reason to end in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const started = performance.now();
  let logOpen = !quiet;
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
  return {
    step: (text) => {
      if (!quiet) console.log(`${styleText('dim', elapsed())}  ${text}`);
    },
    log: (source, line) => {
      if (logOpen && (verbose || !isServer(source) || isNews(line))) {
        console.error(styleText('dim', `${''.padStart(7)}  ${source}: ${line}`));
      }
    },
    closeLog: () => {
      logOpen = false;
    },
    print: (text) => {
      if (!quiet) console.log(text);
    },
    ready: (text) => console.log(text),
    error: (text) => console.error(`${styleText('red', 'error')} ${text}`),
  };
}

function isServer(source: string): boolean {
  return source !== 'worker' && source !== 'engine';
}

function isNews(line: string): boolean {
  return NOTEWORTHY.test(line) && !EXPECTED.some((pattern) => pattern.test(line));
}
