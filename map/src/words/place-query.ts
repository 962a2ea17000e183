// What people write when they mean a place. Pure.

import type { PlaceAsked } from '../state/decide.ts';

const COLO = /^[a-z]{3}$/i;
const COUNTRY = /^[a-z]{2}$/i;
const PAIR = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/;

/** `SYD` is a data center, `AU` a country, `-33.9, 151.2` a latitude and a longitude; undefined: none of these. */
export function placeQuery(text: string): PlaceAsked | undefined {
  const word = text.trim();
  if (COLO.test(word)) return { colo: word.toUpperCase() };
  if (COUNTRY.test(word)) return { country: word.toUpperCase() };
  const [, north, east] = PAIR.exec(word) ?? [];
  if (north === undefined || east === undefined) return undefined;
  const at = { latitude: Number(north), longitude: Number(east) };
  return Math.abs(at.latitude) <= 90 && Math.abs(at.longitude) <= 180 ? { at } : undefined;
}
