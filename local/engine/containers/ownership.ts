// Who made a container or an image in an engine that others use too: the run, and the process that it was part of. What
// a killed run left is told from what a living one uses by the process's id and start time.

import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processStartOf } from '../../process-identity.ts';

/** A run of the local stack. A process may have several. */
export interface Owner {
  /** Of this run alone. */
  readonly run: string;
  /** Of its process, and of the machine on which that can be looked up. */
  readonly process: string;
}

export const RUN_LABEL = 'dev.meridian.run';
export const PROCESS_LABEL = 'dev.meridian.process';

/** Images of runs; the tag is the owner. */
export const RUN_IMAGE = 'meridian-run';

/**
 * Of what a build leaves without a name: the stage that the image is put together in, the steps of one that was ended, and former
 * images. Its value is the name that was to be built.
 */
export const BUILD_LABEL = 'meridian.build';

/** The owner of what this process makes from now on. */
export function newOwner(): Owner {
  return { run: randomBytes(6).toString('hex'), process: processId(process.pid) };
}

export function labelsOf({ run, process }: Owner): Record<string, string> {
  return { [RUN_LABEL]: run, [PROCESS_LABEL]: process };
}

export function imageOf({ run, process }: Owner): string {
  return `${RUN_IMAGE}:${process}-${run}`;
}

/** What the image is built on where a base has to be made for it. */
export function baseOf(owner: Owner): string {
  return `${imageOf(owner)}-base`;
}

/** The process in an image's full name; undefined when it is not an image of a run. */
export function processOfImage(name: string): string | undefined {
  return /(?:^|\/)meridian-run:(?<process>[0-9a-f]+-\d+-[0-9a-f]+)-[0-9a-f]+(?:-base)?$/.exec(name)?.groups
    ?.process;
}

/** Whether the process has ended. Of one of another machine nothing is known, so it counts as living. */
export function hasEnded(owner: string): boolean {
  const [machine, pid] = owner.split('-');
  return machine === MACHINE && owner !== processId(Number(pid));
}

/** Docker Desktop, a devcontainer and the like: one engine for processes that cannot see each other. */
const MACHINE = digest(`${hostname()} ${pidNamespace()}`);

function processId(pid: number): string {
  return `${MACHINE}-${pid}-${digest(processStartOf(pid))}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // Only Linux has them.
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
