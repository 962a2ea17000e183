// Paints the map on two canvases: one for what stands still, painted when it changes, and one for what moves, painted in each
// frame while something does. Without motion, for those who want it reduced, only the first and the end of each way is seen.

import type { Flow } from '../live/flows.ts';
import { type Frame, frameOf, WHOLE, type Zoom } from './frame.ts';
import { drawGround } from './ground.ts';
import { drawHops } from './hops.ts';
import { drawArcs, drawDecision, drawLinks, drawPlaces } from './lines.ts';
import { type Palette, readPalette } from './palette.ts';
import { HOP_MS, Particles } from './particles.ts';
import type { Scene } from './scene.ts';

/** More pixels than that nobody sees, and they take time. */
const MOST_DENSITY = 2;

export class Painter {
  readonly #still: HTMLCanvasElement;
  readonly #moving: HTMLCanvasElement;
  readonly #particles = new Particles();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #changed = () => this.repaint();
  #ground: OffscreenCanvas | undefined;
  #palette: Palette = readPalette();
  #frame: Frame = frameOf(0, 0);
  #scene: Scene | undefined;
  #hopsBegan = 0;
  #request: number | undefined;
  #passUntil = 0;

  constructor(still: HTMLCanvasElement, moving: HTMLCanvasElement) {
    this.#still = still;
    this.#moving = moving;
    this.#dark.addEventListener('change', this.#changed);
    this.#calm.addEventListener('change', this.#changed);
  }

  /** In pixels of the page. */
  resize(width: number, height: number, zoom: Zoom = WHOLE): Frame {
    const density = Math.min(MOST_DENSITY, devicePixelRatio);
    for (const canvas of [this.#still, this.#moving]) {
      const [w, h] = [Math.round(width * density), Math.round(height * density)];
      if (canvas.width !== w) canvas.width = w;
      if (canvas.height !== h) canvas.height = h;
    }
    this.#frame = frameOf(width, height, zoom);
    this.repaint();
    return this.#frame;
  }

  show(scene: Scene): void {
    const before = this.#scene;
    if (scene.hops !== before?.hops) this.#hopsBegan = performance.now();
    this.#scene = scene;
    this.#paintStill();
    this.#particles.show(scene, this.#frame, this.#palette);
    this.#run();
  }

  /** Clients that change their region. */
  pass(flows: readonly Flow[]): void {
    if (flows.length === 0 || this.#calm.matches) return;
    const now = performance.now();
    this.#particles.pass(flows, now);
    this.#passUntil = now + 6_000;
    this.#run();
  }

  /** After a change of size or colours. */
  repaint(): void {
    this.#palette = readPalette();
    this.#ground = undefined;
    if (this.#scene !== undefined) this.show(this.#scene);
  }

  close(): void {
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
    this.#dark.removeEventListener('change', this.#changed);
    this.#calm.removeEventListener('change', this.#changed);
  }

  #paintStill(): void {
    const canvas = this.#still.getContext('2d');
    const [scene, frame, palette] = [this.#scene, this.#frame, this.#palette];
    const { width, height } = this.#still;
    if (canvas === null || scene === undefined || width === 0 || height === 0) return;
    const density = width / frame.width;
    this.#ground ??= groundOf(width, height, density, frame, palette);
    canvas.setTransform(1, 0, 0, 1, 0, 0);
    canvas.drawImage(this.#ground, 0, 0);
    canvas.setTransform(density, 0, 0, density, 0, 0);
    drawLinks(canvas, frame, scene, palette);
    drawArcs(canvas, frame, scene);
    drawPlaces(canvas, frame, scene, palette);
    drawDecision(canvas, frame, scene, palette);
  }

  /** Paints a frame, and others for as long as something moves. */
  #run(): void {
    this.#request ??= requestAnimationFrame(this.#paintMoving);
  }

  readonly #paintMoving = (): void => {
    this.#request = undefined;
    const canvas = this.#moving.getContext('2d', { desynchronized: true });
    const scene = this.#scene;
    if (canvas === null || scene === undefined) return;
    const now = performance.now();
    const density = this.#moving.width / Math.max(1, this.#frame.width);
    canvas.setTransform(density, 0, 0, density, 0, 0);
    canvas.clearRect(0, 0, this.#frame.width, this.#frame.height);
    const isCalm = this.#calm.matches;
    if (!isCalm) this.#particles.draw(canvas, now);
    const began = isCalm ? Number.NEGATIVE_INFINITY : this.#hopsBegan;
    if (scene.hops.length > 0) drawHops(canvas, this.#frame, scene, this.#palette, { now, began });
    const hopsMove = scene.hops.length > 0 && now - began < HOP_MS * (scene.hops.length + 1);
    if (!isCalm && (this.#particles.count > 0 || now < this.#passUntil || hopsMove)) this.#run();
  };
}

function groundOf(
  width: number,
  height: number,
  density: number,
  frame: Frame,
  palette: Palette,
): OffscreenCanvas {
  const ground = new OffscreenCanvas(width, height);
  const canvas = ground.getContext('2d');
  // Both kinds of context draw alike; only what belongs to elements of the page is missing from this one.
  const page = canvas as unknown as CanvasRenderingContext2D;
  page.setTransform(density, 0, 0, density, 0, 0);
  drawGround(page, frame, palette);
  return ground;
}
