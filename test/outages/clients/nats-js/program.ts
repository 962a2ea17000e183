// The specification that this program was given, and how it prints events.

import type { ClientEvent } from '../client-event.ts';
import type { ClientSpec } from '../client-spec.ts';

export const spec = JSON.parse(process.argv[2] ?? '') as ClientSpec;

export function emit(event: ClientEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
