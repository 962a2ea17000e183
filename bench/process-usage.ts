// What processes use, by program, over everything that a process has started. Read from /proc (Linux), whose CPU times
// are finer than those of `ps`.

import { readdirSync, readFileSync } from 'node:fs';
import { descendantsOf } from '../local/process-list.ts';

/** The programs that are told apart. */
export type Program = 'workerd' | 'engine' | 'nats-server';

export interface Usage {
  readonly residentBytes: number;
  readonly cpuMs: number;
}

/** Linux counts CPU time in hundredths of a second wherever Node runs (USER_HZ): too coarse for a few connects. */
const MS_PER_TICK = 10;

const NS_PER_MS = 1_000_000;

/** Fields of /proc/PID/stat, counted after the name, which is in parentheses: 4, 14, 15 and 24 of proc(5). */
const PARENT = 4 - 3;
const USER_TICKS = 14 - 3;
const SYSTEM_TICKS = 15 - 3;
const RESIDENT_PAGES = 24 - 3;
const PAGE_BYTES = 4096;

interface ProcessStat extends Usage {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** Usage by program of a process, which is the engine, and of all that it has started. */
export function usageBelow(root: number): Readonly<Record<Program, Usage>> {
  const all = readAll();
  const sum: Record<Program, Usage> = { workerd: NOTHING, engine: NOTHING, 'nats-server': NOTHING };
  for (const stat of [...all.filter(({ pid }) => pid === root), ...descendantsOf(root, all)]) {
    const program = programOf(stat, root);
    if (program === undefined) continue;
    sum[program] = {
      residentBytes: sum[program].residentBytes + stat.residentBytes,
      cpuMs: sum[program].cpuMs + (scheduledMs(stat.pid) ?? stat.cpuMs),
    };
  }
  return sum;
}

const NOTHING: Usage = { residentBytes: 0, cpuMs: 0 };

/** Parses /proc/PID/stat. */
export function parseStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const field = (index: number) => Number(fields[index] ?? 0);
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: field(PARENT),
    residentBytes: field(RESIDENT_PAGES) * PAGE_BYTES,
    cpuMs: (field(USER_TICKS) + field(SYSTEM_TICKS)) * MS_PER_TICK,
  };
}

/** For how long its threads were on a processor, of those that there are: /proc/PID/task/TID/schedstat, in ns. */
function scheduledMs(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const ns = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return ns.reduce((sum, each) => sum + each, 0) / NS_PER_MS;
  } catch {
    return undefined; // The kernel does not count it, or a thread has ended since.
  }
}

function programOf({ pid, name }: ProcessStat, root: number): Program | undefined {
  if (pid === root) return 'engine';
  if (name === 'workerd') return 'workerd';
  return name.startsWith('nats-server') ? 'nats-server' : undefined;
}

function readAll(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        return []; // It has ended since the folder was read.
      }
    });
}
