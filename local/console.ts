// What `npm start` prints: steps with the time they came at, the servers' warnings, errors. Colours only where
// the terminal takes them.

import { styleText } from 'node:util';

export interface Console {
  /** Progress. */
  readonly step: (text: string) => void;
  /** A log line of the Worker or of a server. */
  readonly log: (source: string, line: string) => void;
  /** From now on log lines are dropped: what servers say while they are stopped is no news. */
  readonly closeLog: () => void;
  /** What people want to read once it is ready. */
  readonly print: (text: string) => void;
  /** The last line, which scripts wait for: printed always. */
  readonly ready: (text: string) => void;
  readonly error: (text: string) => void;
}

export interface ConsoleOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** nats-server's levels that people should see. */
const NOTEWORTHY = /\[(?:WRN|ERR|FTL)\]/;

/** What it warns of at every start, and is meant to be so. */
const EXPECTED = [
  /Websocket not configured with TLS/, // TLS ends at Cloudflare.
  /Error trying to connect to route/, // JetStream's placeholder routes lead nowhere; see container/entrypoint.sh.
  /invalid value for header 'Upgrade'/, // The container class asks whether the port is open.
  /Waiting for routing to be established|has not established contact with a meta leader/, // The mesh comes next.
];

export function openConsole({ quiet = false, verbose = false }: ConsoleOptions): Console {
  const started = performance.now();
  let logOpen = !quiet;
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
  return {
    step: (text) => {
      if (!quiet) console.log(`${styleText('dim', elapsed())}  ${text}`);
    },
    log: (source, line) => {
      if (logOpen && (verbose || source === 'worker' || isNews(line))) {
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

function isNews(line: string): boolean {
  return NOTEWORTHY.test(line) && !EXPECTED.some((pattern) => pattern.test(line));
}
