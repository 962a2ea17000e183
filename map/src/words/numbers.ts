// Numbers for people. Pure.

/** 950, 1,200, 12k, 3.4M. */
export function shortCount(count: number): string {
  if (count < 10_000) return Math.round(count).toLocaleString('en');
  if (count < 1_000_000) return `${trimmed(count / 1_000)}k`;
  return `${trimmed(count / 1_000_000)}M`;
}

/** @param clients null is unknown, which is never shown as none */
export function clientsText(clients: number | null): string {
  if (clients === null) return 'clients unknown';
  return clients === 1 ? '1 client' : `${shortCount(clients)} clients`;
}

/** 12 B/s, 3.4 kB/s. */
export function bytesRate(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B/s`;
  if (bytes < 1_000_000) return `${trimmed(bytes / 1_000)} kB/s`;
  return `${trimmed(bytes / 1_000_000)} MB/s`;
}

/** 0.4 ms, 12 ms. */
export function msText(ms: number | null): string {
  if (ms === null) return 'unknown';
  return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms).toLocaleString('en')} ms`;
}

/** $4.20, $148. */
export function dollarText(dollars: number): string {
  return `$${dollars < 100 ? dollars.toFixed(2) : Math.round(dollars).toLocaleString('en')}`;
}

/** Of a share: <0.1%, 4.2%, 35%. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0%';
  if (percent < 0.1) return '<0.1%';
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)}%`;
}

/** 8 s, 3 min, 2 h, 5 days. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

function trimmed(value: number): string {
  return value < 10 ? value.toFixed(1).replace('.0', '') : String(Math.round(value));
}
