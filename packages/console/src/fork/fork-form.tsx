// The form of Fork from here: instructions, engine, voice and tools. Goes on in Talk, and offers the comparison with the original.

import type { ServerStatus } from '@colloquy/session';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { showToast } from '../parts/toast.tsx';
import type { LogSource } from '../route.ts';
import { ToolsEditor } from '../talk/settings/tools-editor.tsx';
import { type ForkChoice, type ForkPoint, forkRequestOf } from './fork-point.ts';
import { createForkTools } from './fork-tools.ts';

export interface ForkFormProps {
  readonly app: AppState;
  readonly point: ForkPoint;
  readonly source: LogSource;
  readonly close: () => void;
}

export function ForkForm({ app, point, source, close }: ForkFormProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [choice, setChoice] = useState<ForkChoice>({ instructions: point.instructions, voice: '', model: '' });
  const [tools] = useState(() => createForkTools(point.tools, app.talk.settings));
  const [errorMessage, setErrorMessage] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const read = tools.read();
    if (!read.ok) return setErrorMessage(read.message);
    const ticket = await app.api.fork(point.path, forkRequestOf(point, { ...choice, tools: read.tools }));
    if (!ticket.ok) return setErrorMessage(ticket.message);
    tools.moveTo(app.talk.settings);
    if (!(await app.talk.goOnFrom(ticket.value))) return setErrorMessage(app.talk.errorMessage.peek());
    close();
    app.go({ view: 'log', source: { kind: 'talk' }, tab: 'conversation' });
    const compare = () => app.go({ view: 'compare', left: source, right: { kind: 'talk' } });
    const place = point.at === undefined ? 'now' : `line ${point.at}`;
    showToast({ text: `Forked from ${place}.`, action: { label: 'Compare with the original', run: compare } });
  };
  return (
    <dialog ref={dialog} aria-label="Fork from here" onClose={close}>
      <h2>Fork from here</h2>
      <form class="fork-form" onSubmit={submit}>
        <p class="hint">
          A new session goes on from {point.at === undefined ? 'the present state' : `line ${point.at}`}. The original
          does not change.
        </p>
        <Fields server={app.server.value} choice={choice} setChoice={setChoice} />
        <fieldset class="fork-tools" aria-label="Tools">
          <ToolsEditor settings={tools.settings} />
        </fieldset>
        {errorMessage !== '' && (
          <p class="trouble" role="alert">
            {errorMessage}
          </p>
        )}
        <div class="buttons">
          <button type="submit">Fork</button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface FieldsProps {
  readonly server: ServerStatus | undefined;
  readonly choice: ForkChoice;
  readonly setChoice: (choice: ForkChoice) => void;
}

function Fields({ server, choice, setChoice }: FieldsProps) {
  return (
    <>
      <label class="field">
        Instructions
        <textarea
          rows={4}
          value={choice.instructions}
          onInput={({ currentTarget }) => setChoice({ ...choice, instructions: currentTarget.value })}
        />
      </label>
      <Select
        label="Engine or model"
        value={choice.model}
        values={server?.models ?? []}
        choose={(model) => setChoice({ ...choice, model })}
      />
      <Select
        label="Voice"
        value={choice.voice}
        values={server?.voices ?? []}
        choose={(voice) => setChoice({ ...choice, voice })}
      />
    </>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly choose: (value: string) => void;
}

function Select({ label, value, values, choose }: SelectProps) {
  if (values.length === 0) return null;
  return (
    <label class="field">
      {label}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">as in the original</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
