// Passing a log on: asks how much of it, then saves it as a file. Keys are never in it.

import type { RedactionLevel } from '@colloquy/protocol';
import { useRef, useState } from 'preact/hooks';
import { visible } from '../conversation/unseen.ts';
import type { Answer } from '../sources/server-api.ts';

export interface ShareButtonProps {
  readonly name: string;
  /** What is left out already. */
  readonly hidden: readonly string[];
  readonly make: (level: RedactionLevel) => Promise<Answer<Blob>>;
}

const LEVELS: readonly (readonly [RedactionLevel, string])[] = [
  ['content', 'Without words, audio and images: who did what, and when'],
  ['media', 'With words, without audio and images'],
  ['key', 'With everything but keys'],
];

/** Levels that add nothing to what is hidden already cannot bring it back. */
const isThere = (level: RedactionLevel, hidden: readonly string[]) =>
  level === 'content' || (level === 'media' ? !hidden.includes('words') : !hidden.includes('media'));

export function ShareButton({ name, hidden, make }: ShareButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [level, setLevel] = useState<RedactionLevel>('content');
  const [trouble, setTrouble] = useState('');
  const save = async (event: Event) => {
    event.preventDefault();
    const made = await make(level);
    if (!made.ok) return setTrouble(made.words);
    saveAs(made.value, `${fileName(name)}.${level}.jsonl`);
    dialog.current?.close();
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Share
      </button>
      <dialog ref={dialog} aria-label={`Share ${visible(name)}`} onClose={() => setTrouble('')}>
        <h2>Save a copy to pass on</h2>
        <form onSubmit={save}>
          <fieldset class="choices">
            <legend class="hint">How much of it?</legend>
            {LEVELS.filter(([each]) => isThere(each, hidden)).map(([each, words]) => (
              <label key={each}>
                <input
                  type="radio"
                  name="level"
                  value={each}
                  checked={level === each}
                  onChange={() => setLevel(each)}
                />{' '}
                {words}
              </label>
            ))}
          </fieldset>
          {trouble !== '' && (
            <p class="trouble" role="alert">
              {trouble}
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

/** A session may be called anything; a file may not. */
const fileName = (name: string) =>
  name
    .replace(/\.jsonl$/, '')
    .replace(/[^0-9A-Za-z_-]/g, '_')
    .slice(0, 80) || 'session';

function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
