// How many open files and processes a container may have, where podman's own answer does not work. podman gives 1,048,576 of
// each to a container of root's, which fails where root may not raise limits: in a container, or on some virtual machines.
// There a container gets what this process has.

import { readFileSync } from 'node:fs';

/** A limit by the name that engines have for it. */
export interface Ulimit {
  readonly name: 'nofile' | 'nproc';
  /** Soft and hard. */
  readonly value: number;
}

/** What podman asks for (its `RLimitDefaultValue`). */
const PODMANS = 1_048_576;

/** The bit of the capability to raise limits in a mask of /proc/PID/status (linux/capability.h). */
const CAP_SYS_RESOURCE = 24n;

/** The limits that a container has to be created with on this machine; none where the engine's own will do. */
function containerUlimits(): readonly Ulimit[] {
  if (process.platform !== 'linux') return [];
  const read = (file: string) => readFileSync(`/proc/${file}`, 'utf8');
  return ulimitsFor(read('self/status'), read('self/limits'), Number(read('sys/kernel/pid_max')));
}

/** The same as options of an engine's command. */
export function ulimitOptions(): readonly string[] {
  return containerUlimits().flatMap(({ name, value }) => ['--ulimit', `${name}=${value}:${value}`]);
}

/** The same as the `HostConfig.Ulimits` of Docker's API. */
export function ulimitSettings(): readonly object[] {
  return containerUlimits().map(({ name, value }) => ({ Name: name, Soft: value, Hard: value }));
}

/**
 * @param status of /proc/PID/status
 * @param limits of /proc/PID/limits
 * @param maxPid how many processes the kernel has: podman lowers its own limit to that
 */
export function ulimitsFor(status: string, limits: string, maxPid: number): readonly Ulimit[] {
  const user = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  const capabilities = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  if (user !== '0' || capabilities === undefined) return [];
  if ((BigInt(`0x${capabilities}`) >> CAP_SYS_RESOURCE) & 1n) return [];
  const hardOf = (title: string) => {
    const hard = new RegExp(`^${title} +\\S+ +(\\S+)`, 'm').exec(limits)?.[1];
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
  };
  const all = [
    { name: 'nofile', value: hardOf('Max open files') },
    { name: 'nproc', value: Math.min(hardOf('Max processes'), maxPid) },
  ] as const;
  return all.filter(({ value }) => value < PODMANS);
}
