// Samples as text, in the two formats that Prometheus reads. Pure.

/** `unknown` where the name is somebody else's and says nothing about what it is. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';

/** A metric, whose samples differ in their labels. A counter's name ends in `_total`. */
export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly family: Family;
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram or a summary: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
}

/** `prometheus`: the text format 0.0.4; `openmetrics`: OpenMetrics 1.0.0. */
export type Format = 'prometheus' | 'openmetrics';

export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** One sample for each value that is known. */
export function samplesOf(
  labels: Labels,
  values: readonly (readonly [Family, number | undefined])[],
): readonly Sample[] {
  return values.flatMap(([family, value]) => (value === undefined ? [] : [{ family, labels, value }]));
}

/** The samples of a family are together, whatever their order here. */
export function expose(samples: readonly Sample[], format: Format): string {
  const families = Map.groupBy(samples, ({ family }) => family.name);
  const lines = [...families.values()].flatMap((ofFamily) => {
    const [first] = ofFamily;
    return first === undefined ? [] : [...headOf(first.family, format), ...linesOf(ofFamily)];
  });
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function headOf({ name, type, help }: Family, format: Format): readonly string[] {
  const isOpen = format === 'openmetrics';
  // OpenMetrics has the name of a counter without the suffix of its samples.
  const shown = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return [
    `# HELP ${shown} ${isOpen ? escaped.replaceAll('"', '\\"') : escaped}`,
    `# TYPE ${shown} ${type === 'unknown' && !isOpen ? 'untyped' : type}`,
  ];
}

function linesOf(samples: readonly Sample[]): readonly string[] {
  return [...bySeries(samples)].map(([series, { value }]) => `${series} ${numberText(value)}`);
}

/** Of two with the same labels, the first: two servers may believe for a moment that they lead a stream. */
export function distinct(samples: readonly Sample[]): readonly Sample[] {
  return [...bySeries(samples).values()];
}

function bySeries(samples: readonly Sample[]): ReadonlyMap<string, Sample> {
  const all = new Map<string, Sample>();
  for (const sample of samples) {
    const series = seriesOf(sample);
    if (!all.has(series)) all.set(series, sample);
  }
  return all;
}

/** One that is empty is the same as none. */
export function labelsOf({ labels }: Sample): readonly (readonly [string, string])[] {
  return Object.entries(labels).filter(([, text]) => text !== '');
}

function seriesOf(sample: Sample): string {
  const { family, suffix = '' } = sample;
  const inside = labelsOf(sample)
    .map(([name, text]) => `${name}="${escapeLabel(text)}"`)
    .join();
  return `${family.name}${suffix}${inside === '' ? '' : `{${inside}}`}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

/** What a client wants according to its header `accept`. */
export function formatFor(accept: string | null): Format {
  const wishes = (accept ?? '').split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim());
    const q = parameters.find((each) => each.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { type: type.toLowerCase(), quality: Number.isFinite(quality) ? quality : 0 };
  });
  const qualityOf = (...types: readonly string[]) =>
    Math.max(0, ...wishes.filter(({ type }) => types.includes(type)).map(({ quality }) => quality));
  const open = qualityOf('application/openmetrics-text');
  return open > 0 && open >= qualityOf('text/plain', 'text/*') ? 'openmetrics' : 'prometheus';
}
