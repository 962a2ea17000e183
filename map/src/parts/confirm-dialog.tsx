// The one dialog that asks before something is done. It is opened by `confirmed`, which waits for the answer.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { DryRun } from '../../../api/config.ts';
import { createStore, useStore } from '../state/store.ts';
import { clientsText } from '../words/numbers.ts';
import { ChangeList } from './change-list.tsx';
import { ForecastView } from './forecast-view.tsx';
import { MessageField } from './message-field.tsx';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** That it concerns; undefined: none. */
  readonly clients?: number | null | undefined;
  readonly dryRun?: DryRun | undefined;
  readonly action: string;
  readonly canForce?: boolean;
  /** What is written down with it; absent: nothing is. */
  readonly message?: string;
}

export interface Consent {
  readonly force: boolean;
  readonly message: string;
}

interface Asked {
  readonly question: Question | undefined;
  readonly answer: (consent: Consent | undefined) => void;
}

const asked = createStore<Asked>({ question: undefined, answer: () => {} });

/** Undefined: they would rather not. */
export function confirmed(question: Question): Promise<Consent | undefined> {
  return new Promise((resolve) => {
    const answer = (consent: Consent | undefined) => {
      asked.set({ question: undefined, answer: () => {} });
      resolve(consent);
    };
    asked.set({ question, answer });
  });
}

export function ConfirmDialog() {
  const { question, answer } = useStore(asked);
  const dialog = useRef<HTMLDialogElement>(null);
  const [force, setForce] = useState(false);
  const [message, setMessage] = useState('');
  useEffect(() => {
    setForce(false);
    setMessage(question?.message ?? '');
    if (question !== undefined && dialog.current?.open === false) dialog.current.showModal();
    if (question === undefined) dialog.current?.close();
  }, [question]);
  return (
    <dialog
      ref={dialog}
      class={question?.dryRun === undefined ? 'dialog' : 'dialog aside'}
      aria-labelledby="confirm-title"
      onClose={() => question && answer(undefined)}
    >
      {question === undefined ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            answer({ force, message });
          }}
        >
          <h2 id="confirm-title">{question.title}</h2>
          <p>{question.text}</p>
          {question.clients === undefined ? null : (
            <p>
              It has <strong>{clientsText(question.clients)}</strong> now.
            </p>
          )}
          {question.dryRun === undefined ? null : (
            <>
              <ChangeList changes={question.dryRun.changes} />
              <ForecastView dryRun={question.dryRun} />
            </>
          )}
          {question.message === undefined ? null : <MessageField message={message} onChange={setMessage} />}
          {question.canForce ? (
            <label class="check">
              <input
                type="checkbox"
                checked={force}
                onChange={(event) => setForce(event.currentTarget.checked)}
              />
              Even if it is the last region, or streams could be lost
            </label>
          ) : null}
          <div class="dialog-actions">
            <button type="button" class="action" onClick={() => answer(undefined)}>
              Cancel
            </button>
            <button type="submit" class="action primary">
              {question.action}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}
