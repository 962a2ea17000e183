// Times for people. Pure.

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** 14:05, of this browser's time zone. @param at ms since the epoch */
export function timeText(at: number): string {
  return TIME.format(at);
}

/** Thu 14:05 */
export function dayText(at: number): string {
  return DAY.format(at);
}
