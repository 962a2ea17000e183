import { useEffect, useState } from 'preact/hooks';

/** Draws the component anew so often: for texts that tell how long ago something was. */
export function useTick(everyMs: number, isOn = true): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isOn]);
}
