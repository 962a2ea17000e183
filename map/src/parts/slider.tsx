// A setting that is dragged, or moved with the arrow keys.

interface SliderProps {
  readonly label: string;
  readonly unit: string;
  /** Said to those who do not see what it belongs to. */
  readonly help: string;
  readonly value: number;
  readonly was: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Even steps, or steps by the same factor. */
  readonly step: number | 'log';
  readonly onChange: (value: number) => void;
}

/** Of a slider whose steps are factors. */
const LOG_STEPS = 200;

export function Slider({ label, unit, help, value, was, min, max, step, onChange }: SliderProps) {
  const isLog = step === 'log';
  const toPosition = (at: number) => (isLog ? (Math.log(at / min) / Math.log(max / min)) * LOG_STEPS : at);
  const fromPosition = (at: number) => (isLog ? rounded(min * (max / min) ** (at / LOG_STEPS)) : at);
  const isChanged = was !== undefined && was !== value;
  return (
    <label class={isChanged ? 'slider changed' : 'slider'}>
      <span>{label}</span>
      <input
        type="range"
        min={isLog ? 0 : min}
        max={isLog ? LOG_STEPS : max}
        step={isLog ? 1 : step}
        value={toPosition(value)}
        title={help}
        aria-label={help}
        aria-valuetext={`${value}${unit}`}
        onInput={(event) => onChange(fromPosition(Number(event.currentTarget.value)))}
      />
      <output>
        {value}
        {unit}
      </output>
    </label>
  );
}

/** Two digits that count. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
