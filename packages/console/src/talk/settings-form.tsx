// The settings of a session: model, voice, output, turn detection, instructions, tools.

import type { ServerStatus } from '@colloquy/session';
import type { Signal } from '@preact/signals';
import type { AppState } from '../app-state.ts';
import type { Talk } from './talk.ts';
import { readTools, type TurnDetection } from './talk-settings.ts';

export function SettingsForm({ app, talk }: { app: AppState; talk: Talk }) {
  const { settings } = talk;
  const server = app.server.value;
  const tools = readTools(settings.tools.value);
  const isOpen = talk.state.value === 'open';
  return (
    <details class="settings">
      <summary>Settings</summary>
      <div class="fields">
        <Suggested
          id="model"
          label="Engine or model"
          value={settings.model}
          known={server?.models ?? []}
          disabled={isOpen}
        />
        <Suggested
          id="voice"
          label="Voice"
          value={settings.voice}
          known={voicesOf(server, settings.model.value)}
          placeholder="the server's"
        />
        <Choice label="Output" value={settings.output} choices={{ audio: 'spoken', text: 'written' }} />
        <Choice<TurnDetection>
          label="Turn detection"
          value={settings.turnDetection}
          choices={{
            none: 'none: push to talk',
            server_vad: 'server_vad: silence',
            semantic_vad: 'semantic_vad: meaning',
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={settings.transcribe.value}
            onChange={({ currentTarget }) => {
              settings.transcribe.value = currentTarget.checked;
            }}
          />
          Transcribe input
        </label>
        <label class="whole">
          Instructions
          <textarea
            rows={3}
            value={settings.instructions.value ?? ''}
            placeholder="the server's"
            onInput={({ currentTarget }) => {
              settings.instructions.value = currentTarget.value;
            }}
          />
        </label>
        <label class="whole">
          Tools (JSON)
          <textarea
            rows={6}
            spellcheck={false}
            class="code"
            value={settings.tools.value}
            placeholder='[{"type": "function", "name": "add", "description": "Adds", "parameters": {"type": "object"}}]'
            aria-invalid={!tools.ok}
            aria-describedby="tools-message"
            onInput={({ currentTarget }) => {
              settings.tools.value = currentTarget.value;
            }}
          />
        </label>
        <p id="tools-message" class={tools.ok ? 'hint whole' : 'trouble whole'} aria-live="polite">
          {tools.ok ? toolCountLabel(tools.tools.length) : tools.message}
        </p>
        <button type="button" disabled={!isOpen || !tools.ok} onClick={() => talk.applySettings()}>
          Apply
        </button>
        {isOpen && <span class="hint">The model of an open session cannot change.</span>}
      </div>
    </details>
  );
}

/** Of the engine that is chosen, or of all of them. */
function voicesOf(server: ServerStatus | undefined, model: string): readonly string[] {
  const engine = server?.engines.find(({ name }) => name === model) ?? server?.engines.find((each) => each.is_default);
  return engine?.voices ?? server?.voices ?? [];
}

const toolCountLabel = (count: number) =>
  count === 0 ? 'No tools. You type the output of each function call.' : count === 1 ? '1 tool.' : `${count} tools.`;

function Suggested(props: {
  id: string;
  label: string;
  value: Signal<string>;
  known: readonly string[];
  placeholder?: string;
  disabled?: boolean;
}) {
  const { id, label, value, known, placeholder, disabled } = props;
  return (
    <label>
      {label}
      <input
        type="text"
        list={`${id}-known`}
        value={value.value}
        placeholder={placeholder}
        disabled={disabled}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
      <datalist id={`${id}-known`}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </label>
  );
}

function Choice<T extends string>(props: { label: string; value: Signal<T>; choices: Readonly<Record<T, string>> }) {
  const { label, value, choices } = props;
  return (
    <label>
      {label}
      <select
        value={value.value}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.value as T;
        }}
      >
        {(Object.entries(choices) as [T, string][]).map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
