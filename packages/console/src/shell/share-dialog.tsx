// Asks how much of a log is saved: a redacted copy never has keys.

import type { RedactionLevel } from '@colloquy/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';

/** `html`: the viewer with the log inside. */
export type ShareFormat = 'jsonl' | 'html';

const FORMATS: readonly (readonly [ShareFormat, string])[] = [
  ['jsonl', 'Recording, for this console and the commands'],
  ['html', 'Web page that shows the log by itself'],
];

export interface ShareDialogProps {
  /** Names the dialog. */
  readonly label: string;
  /** What is left out already. */
  readonly hidden: readonly string[];
  /** Saves the copy. Resolves with why it could not. */
  readonly save: (level: RedactionLevel, format: ShareFormat) => Promise<string | undefined>;
  /** Whether the copy may be a web page. */
  readonly canSharePage?: boolean;
  /** Called when the dialog is closed. */
  readonly close: () => void;
}

const LEVELS: readonly (readonly [RedactionLevel, string])[] = [
  ['content', 'Events and times, without text, audio and images'],
  ['media', 'With text, without audio and images'],
  ['key', 'Everything except keys'],
];

/** Levels that add nothing to what is hidden already cannot bring it back. */
const isThere = (level: RedactionLevel, hidden: readonly string[]) =>
  level === 'content' || (level === 'media' ? !hidden.includes('words') : !hidden.includes('media'));

/** Open while it is drawn. */
export function ShareDialog({ label, hidden, save, canSharePage = false, close }: ShareDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [level, setLevel] = useState<RedactionLevel>('content');
  const [format, setFormat] = useState<ShareFormat>('jsonl');
  const [error, setError] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const message = await save(level, format);
    if (message === undefined) dialog.current?.close();
    else setError(message);
  };
  return (
    <dialog ref={dialog} aria-label={label} onClose={close}>
      <h2>Save a redacted copy</h2>
      <form onSubmit={submit}>
        <fieldset class="choices">
          <legend class="hint">Redaction level</legend>
          {LEVELS.filter(([each]) => isThere(each, hidden)).map(([each, description]) => (
            <label key={each}>
              <input type="radio" name="level" value={each} checked={level === each} onChange={() => setLevel(each)} />{' '}
              {description}
            </label>
          ))}
        </fieldset>
        {canSharePage && (
          <fieldset class="choices">
            <legend class="hint">Format</legend>
            {FORMATS.map(([each, description]) => (
              <label key={each}>
                <input
                  type="radio"
                  name="format"
                  value={each}
                  checked={format === each}
                  onChange={() => setFormat(each)}
                />{' '}
                {description}
              </label>
            ))}
          </fieldset>
        )}
        {error !== undefined && (
          <p class="trouble" role="alert">
            {error}
          </p>
        )}
        <div class="buttons">
          <Button rank="primary" type="submit">
            Save
          </Button>
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
        </div>
      </form>
    </dialog>
  );
}
