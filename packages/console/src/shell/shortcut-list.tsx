// The list of shortcuts, opened with `?`.

import { Keyboard } from 'lucide';
import { useRef } from 'preact/hooks';
import { IconButton } from '../parts/button.tsx';
import { offered, useShortcuts } from './shortcuts.ts';

const KEY_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ' ': 'Space',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
  }),
);

/** The keys of a sequence: `g t` → `g`, `t`. */
const keysOf = (key: string) => (key === ' ' ? [key] : key.split(' '));

export function ShortcutList() {
  const dialog = useRef<HTMLDialogElement>(null);
  const show = () => dialog.current?.showModal();
  useShortcuts('Help', [{ key: '?', label: 'this list', run: show }]);
  return (
    <>
      <IconButton icon={Keyboard} label="Keyboard shortcuts" shortcut="?" onClick={show} />
      <dialog ref={dialog} class="shortcut-list" aria-labelledby="shortcuts-title">
        <h2 id="shortcuts-title">Keyboard</h2>
        {offered.value.map(({ name, shortcuts }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl class="keys">
              {shortcuts.map(({ key, label }) => (
                <div key={key}>
                  <dt>
                    {keysOf(key).map((each) => (
                      <kbd key={each}>{KEY_NAMES.get(each) ?? each}</kbd>
                    ))}
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
