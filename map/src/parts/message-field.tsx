// What is written down in the history with a change.

interface MessageFieldProps {
  readonly message: string;
  readonly onChange: (message: string) => void;
}

export function MessageField({ message, onChange }: MessageFieldProps) {
  return (
    <label class="field">
      Why, for the history
      <input value={message} maxLength={500} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
