// Tells those who do not see the map which region has changed its state.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { World } from '../live/world.ts';
import { useApp } from '../state/use-app.ts';
import { changesOf } from '../words/summary.ts';

export function Announcer() {
  const { world } = useApp();
  const before = useRef<World | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    if (world === undefined) return;
    const changes = before.current === undefined ? [] : changesOf(before.current, world);
    before.current = world;
    if (changes.length > 0) setText(changes.join(' '));
  }, [world]);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
}
