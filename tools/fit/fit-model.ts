// Fits the model to measured pairs. Each link and slope is pulled back to its initial value, by the square of the
// logarithm of its change, so those that no measurement crosses keep it. Pure and deterministic; takes half a minute.

import { FIBRE_MS_PER_1000_KM } from '../../routing/latency/model.ts';
import { descend, type Parameter, parameter } from './descent.ts';
import type { Measurement } from './measurements.ts';
import { misfit, prepare } from './misfit.ts';
import { modelOf, type Numbers, START } from './numbers.ts';

/** The best cable isn't quite straight. */
const LEAST_INFLATION = 1.02;
/** ms. A host in the same room. */
const LEAST_END_MS = 0.5;

/** Fits to several data sets with equal weights. `pull` is how strongly a number is held at its initial value. */
export function fitModel(data: ReadonlyMap<string, readonly Measurement[]>, pull: number): Numbers {
  const links = START.links.map(({ ms, leastMs, stated }) =>
    parameter(ms, stated ? ms : leastMs * LEAST_INFLATION),
  );
  const slopes = new Map(
    [...START.slopes].map(([area, slope]) => [area, parameter(slope, FIBRE_MS_PER_1000_KM)]),
  );
  const pulled = [...slopes.values(), ...links.filter((_, i) => START.links[i]?.stated === false)];
  // Hosts differ between data sets, so each has its own end cost; links don't.
  const sets = [...data.values()].map((measurements) => ({
    prepared: prepare(measurements),
    end: parameter(START.endMs, LEAST_END_MS),
  }));
  const ends = sets.map(({ end }) => end);

  const numbers = (): Numbers => ({
    links: START.links.map((link, i) => ({ ...link, ms: links[i]?.value ?? link.ms })),
    slopes: new Map([...slopes].map(([area, { value }]) => [area, value])),
    endMs: Math.min(...ends.map(({ value }) => value)),
  });
  descend([...ends, ...pulled], () => {
    const model = modelOf(numbers());
    const misfits = sets.map(({ prepared, end }) => misfit(prepared, { ...model, endMs: end.value }));
    return sum(misfits) + pull * sum(pulled.map(strain));
  });
  return numbers();
}

function strain({ start, value }: Parameter): number {
  return Math.log(value / start) ** 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
