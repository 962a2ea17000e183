// The population-weighted middle of many cities: the mean of their directions from the middle of the globe,
// so that a country across the antimeridian (Fiji, Russia) has its middle where its people are.
import type { Coordinates } from '../../routing/coordinates.ts';

const RADIANS = Math.PI / 180;

/** Sums up cities one by one; `middle()` is where they lie on average. */
export class PopulationMiddle {
  #x = 0;
  #y = 0;
  #z = 0;

  add({ latitude, longitude }: Coordinates, population: number): void {
    const fromAxis = Math.cos(latitude * RADIANS) * population;
    this.#x += fromAxis * Math.cos(longitude * RADIANS);
    this.#y += fromAxis * Math.sin(longitude * RADIANS);
    this.#z += Math.sin(latitude * RADIANS) * population;
  }

  /** Undefined without any population: there is no direction then. */
  middle(): Coordinates | undefined {
    const fromAxis = Math.hypot(this.#x, this.#y);
    if (fromAxis === 0 && this.#z === 0) return undefined;
    return {
      latitude: Math.atan2(this.#z, fromAxis) / RADIANS,
      longitude: Math.atan2(this.#y, this.#x) / RADIANS,
    };
  }
}
