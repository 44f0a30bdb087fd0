// The command palette: type, choose with the arrow keys, run with Enter.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { actionCommands, itemCommands, sessionCommands } from './collect-commands.ts';
import { type Command, matchCommands } from './commands.ts';

export function Palette({ app, close }: { app: AppState; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const [sessions, setSessions] = useState<readonly Command[]>([]);
  const own = useMemo(() => [actionCommands(), itemCommands(app.current.peek())] as const, []);
  useEffect(() => {
    dialog.current?.showModal();
    void sessionCommands(app).then(setSessions);
  }, []);
  const commands = [...own[0], ...sessions, ...own[1]];
  const results = matchCommands(commands, text);
  const chosen = Math.min(place, results.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    dialog.current?.close();
    command.run();
  };
  const step = (by: number) => setPlace((chosen + by + results.length) % Math.max(1, results.length));
  const keys: ReadonlyMap<string, () => void> = new Map([
    ['ArrowDown', () => step(1)],
    ['ArrowUp', () => step(-1)],
    ['Enter', () => run(results[chosen])],
  ]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog already
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Search and commands"
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={results[chosen] ? `palette-${chosen}` : undefined}
        aria-label="Search and commands"
        placeholder="Search actions, sessions and items"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={(event) => {
          const act = event.isComposing ? undefined : keys.get(event.key);
          if (!act) return;
          event.preventDefault();
          act();
        }}
      />
      <div id="palette-list" role="listbox" aria-label="Results">
        {results.map((command, index) => (
          <Row
            key={command.id}
            command={command}
            id={`palette-${index}`}
            isFirst={command.group !== results[index - 1]?.group}
            isChosen={index === chosen}
            run={() => run(command)}
          />
        ))}
      </div>
      {results.length === 0 && <p class="palette-none">Nothing matches “{text}”.</p>}
    </dialog>
  );
}

interface RowProps {
  readonly command: Command;
  readonly id: string;
  /** Of its group. */
  readonly isFirst: boolean;
  readonly isChosen: boolean;
  readonly run: () => void;
}

function Row({ command: { label, hint, shortcut, group }, id, isFirst, isChosen, run }: RowProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above hears the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the field above has the focus
    <div
      ref={row}
      id={id}
      role="option"
      aria-selected={isChosen}
      data-group={isFirst ? group : undefined}
      onClick={run}
    >
      <span class="palette-label">{label}</span>
      {hint !== undefined && <span class="hint">{hint}</span>}
      {shortcut !== undefined && shortcut !== ' ' && <kbd>{shortcut}</kbd>}
    </div>
  );
}
