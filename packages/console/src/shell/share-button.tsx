// Saves a redacted copy of a log as a file, without keys.

import type { RedactionLevel } from '@colloquy/protocol';
import { Share } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import { visible } from '../conversation/unseen.ts';
import { Button } from '../parts/button.tsx';
import { canSharePage, sharedPage } from '../share/shared-page.ts';
import type { Answer } from '../sources/server-api.ts';
import { fileName, saveFile } from './save-file.ts';

export interface ShareButtonProps {
  readonly name: string;
  /** What is left out already. */
  readonly hidden: readonly string[];
  readonly make: (level: RedactionLevel) => Promise<Answer<Blob>>;
}

const LEVELS: readonly (readonly [RedactionLevel, string])[] = [
  ['content', 'Events and times, without text, audio and images'],
  ['media', 'With text, without audio and images'],
  ['key', 'Everything except keys'],
];

/** `html`: the viewer with the log inside. */
type Format = 'jsonl' | 'html';
const FORMATS: readonly (readonly [Format, string])[] = [
  ['jsonl', 'Recording, for this console and the commands'],
  ['html', 'Web page that shows the log by itself'],
];

/** Levels that add nothing to what is hidden already cannot bring it back. */
const isThere = (level: RedactionLevel, hidden: readonly string[]) =>
  level === 'content' || (level === 'media' ? !hidden.includes('words') : !hidden.includes('media'));

export function ShareButton({ name, hidden, make }: ShareButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [level, setLevel] = useState<RedactionLevel>('content');
  const [format, setFormat] = useState<Format>('jsonl');
  const [errorMessage, setTrouble] = useState('');
  const save = async (event: Event) => {
    event.preventDefault();
    const made = await make(level);
    const saved = made.ok && format === 'html' ? await sharedPage(name, made.value) : made;
    if (!saved.ok) return setTrouble(saved.message);
    saveFile(saved.value, `${fileName(name)}.${level}.${format}`);
    dialog.current?.close();
  };
  return (
    <>
      <Button icon={Share} onClick={() => dialog.current?.showModal()}>
        Share
      </Button>
      <dialog ref={dialog} aria-label={`Share ${visible(name)}`} onClose={() => setTrouble('')}>
        <h2>Save a redacted copy</h2>
        <form onSubmit={save}>
          <fieldset class="choices">
            <legend class="hint">Redaction level</legend>
            {LEVELS.filter(([each]) => isThere(each, hidden)).map(([each, description]) => (
              <label key={each}>
                <input
                  type="radio"
                  name="level"
                  value={each}
                  checked={level === each}
                  onChange={() => setLevel(each)}
                />{' '}
                {description}
              </label>
            ))}
          </fieldset>
          {canSharePage() && (
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
          {errorMessage !== '' && (
            <p class="trouble" role="alert">
              {errorMessage}
            </p>
          )}
          <div class="buttons">
            <button type="submit">Save</button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
