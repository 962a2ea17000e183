// The map: canvases for what is drawn, and a button for each region, which the keyboard reaches too.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Coordinates } from '../../../routing/coordinates.ts';
import { apart } from '../draw/apart.ts';
import { frameOf, panned, pixelOf, placeBelow, WHOLE, type Zoom, zoomed } from '../draw/frame.ts';
import { labelSides } from '../draw/label-sides.ts';
import { Painter } from '../draw/painter.ts';
import type { Scene } from '../draw/scene.ts';
import type { Flow } from '../live/flows.ts';
import type { RegionThen } from '../replay/recording.ts';
import { clientsText, shortCount } from '../words/numbers.ts';
import { lookOf, Sign } from './sign.tsx';

export interface MarkedRegion extends RegionThen {
  readonly name: string;
  readonly maxClients: number | undefined;
}

interface MapViewProps {
  readonly scene: Scene;
  readonly regions: readonly MarkedRegion[];
  readonly flows: readonly Flow[];
  readonly summary: string;
  readonly onRegion: (id: string) => void;
  readonly onPlace: (place: Coordinates) => void;
}

/** Narrower than that, regions have short names and small signs. */
const NARROW_PX = 620;

/** A press that moves farther than that is a drag. */
const DRAG_PX = 5;

export function MapView({ scene, regions, flows, summary, onRegion, onPlace }: MapViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | undefined>(undefined);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [zoom, setZoom] = useState<Zoom>(WHOLE);
  const frame = useMemo(() => frameOf(size.width, size.height, zoom), [size, zoom]);

  useEffect(() => {
    if (box.current === null || still.current === null || moving.current === null) return;
    const painting = new Painter(still.current, moving.current);
    painter.current = painting;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      painting.close();
    };
  }, []);
  useEffect(() => {
    if (size.width > 0) painter.current?.resize(size.width, size.height, zoom);
  }, [size, zoom]);
  useEffect(() => painter.current?.show(scene), [scene]);
  useEffect(() => painter.current?.pass(flows), [flows]);

  const press = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);
  const pointIn = (event: MouseEvent) => {
    const { left = 0, top = 0 } = box.current?.getBoundingClientRect() ?? {};
    return [event.clientX - left, event.clientY - top] as const;
  };
  const onPointerDown = (event: PointerEvent) => {
    press.current = { x: event.clientX, y: event.clientY, moved: false };
  };
  const onPointerMove = (event: PointerEvent) => {
    const begun = press.current;
    if (begun === undefined || event.buttons === 0) return;
    const [dx, dy] = [event.clientX - begun.x, event.clientY - begun.y];
    if (!begun.moved && Math.hypot(dx, dy) < DRAG_PX) return;
    press.current = { x: event.clientX, y: event.clientY, moved: true };
    setZoom((now) => panned(now, dx, dy, frame));
  };
  const onPointerUp = (event: PointerEvent) => {
    const begun = press.current;
    press.current = undefined;
    if (begun === undefined || begun.moved) return;
    const place = placeBelow(frame, pointIn(event));
    if (place !== undefined) onPlace(place);
  };
  const onWheel = (event: WheelEvent) => {
    if (zoom.factor === 1 && event.deltaY > 0) return;
    event.preventDefault();
    setZoom((now) => zoomed(now, Math.exp(-event.deltaY * 0.0015), pointIn(event), frame));
  };
  const zoomBy = (by: number) => setZoom((now) => zoomed(now, by, [size.width / 2, size.height / 2], frame));

  return (
    <div class="map" ref={box}>
      <canvas class="map-canvas" ref={still} role="img" aria-label={summary} />
      <canvas
        class="map-canvas map-motion"
        style={{ touchAction: zoom.factor > 1 ? 'none' : 'pan-y' }}
        ref={moving}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onWheel={onWheel}
      />
      <Markers scene={scene} regions={regions} frame={frame} onRegion={onRegion} />
      <div class="zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1.6)}>
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          disabled={zoom.factor === 1}
          onClick={() => zoomBy(1 / 1.6)}
        >
          −
        </button>
      </div>
    </div>
  );
}

interface MarkersProps extends Pick<MapViewProps, 'scene' | 'regions' | 'onRegion'> {
  readonly frame: ReturnType<typeof frameOf>;
}

function Markers({ scene, regions, frame, onRegion }: MarkersProps) {
  if (frame.width === 0) return null;
  const isNarrow = frame.width < NARROW_PX;
  const radius = isNarrow ? 13 : 22;
  const signs = apart(
    scene.regions.map((region) => pixelOf(frame, region)),
    2 * radius,
  );
  const places = new Map(scene.regions.map(({ id }, n) => [id, signs[n] ?? ([0, 0] as const)]));
  const labelled = regions.map(({ id, name }) => ({
    at: places.get(id) ?? ([0, 0] as const),
    width: isNarrow ? id.length * 8 + 12 : Math.max(name.length * 8.4, 80),
  }));
  const sides = labelSides(labelled, { ...frame, radius, lineHeight: isNarrow ? 14 : 32 });
  return (
    <ul class={isNarrow ? 'markers narrow' : 'markers'}>
      {regions.map((region, n) => {
        const [x, y] = labelled[n]?.at ?? [0, 0];
        if (x < 0 || y < 0 || x > frame.width || y > frame.height) return null;
        return (
          <li key={region.id} style={{ left: `${x}px`, top: `${y}px` }}>
            <Marker
              region={region}
              side={sides[n] ?? 'right'}
              isSelected={scene.selected === region.id}
              onClick={() => onRegion(region.id)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface MarkerProps {
  readonly region: MarkedRegion;
  readonly side: string;
  readonly isSelected: boolean;
  readonly onClick: () => void;
}

function Marker({ region, side, isSelected, onClick }: MarkerProps) {
  const { id, name, state, clients, maxClients } = region;
  const look = lookOf(state);
  const full = maxClients === undefined || clients === null ? undefined : clients / maxClients;
  return (
    <button
      type="button"
      class={`marker ${isSelected ? 'selected' : ''}`}
      data-region={id}
      data-state={state ?? 'unknown'}
      aria-pressed={isSelected}
      onClick={onClick}
    >
      <span class="unseen">{`${name} (${id}): ${look.word}, ${clientsText(clients)}`}</span>
      <Sign look={look} full={full} />
      <span class={`marker-label ${side}`} aria-hidden="true">
        <b>{name}</b>
        <i>{id}</i>
        <span>
          {look.word === 'up' ? '' : `${look.word} · `}
          {clients === null ? '?' : shortCount(clients)}
          <span class="unit"> clients</span>
        </span>
      </span>
    </button>
  );
}
