// Output settings: engine, voice, speed, instructions, maximum output tokens.

import type { ServerStatus } from '@colloquy/session';
import { BookText } from 'lucide';
import type { AppState } from '../../app-state.ts';
import { Menu } from '../../parts/menu.tsx';
import type { TalkSettings } from '../talk-settings.ts';
import { Choice, Slider, Suggested } from './fields.tsx';
import { INSTRUCTIONS } from './presets.ts';

export function OutputSettings({ app, settings }: { app: AppState; settings: TalkSettings }) {
  const server = app.server.value;
  const isOpen = app.talk.state.value === 'open';
  return (
    <fieldset class="setting-group" aria-label="Output">
      <h3>Model and voice</h3>
      <Suggested
        {...{ id: 'model', label: 'Engine or model', name: 'model', value: settings.model }}
        known={server?.models ?? []}
        disabled={isOpen}
      />
      {isOpen && <p class="hint">The model of an open session cannot change: disconnect first.</p>}
      <div class="field-pair">
        <Suggested
          {...{ id: 'voice', label: 'Voice', name: 'audio.output.voice', value: settings.voice }}
          known={voicesOf(server, settings.model.value)}
          placeholder="the server's"
        />
        <Choice
          label="Output"
          name="output_modalities"
          value={settings.output.value}
          choices={{ audio: 'audio', text: 'text' }}
          choose={(value) => {
            settings.output.value = value;
          }}
        />
      </div>
      <Slider
        {...{ label: 'Speed', name: 'audio.output.speed', value: settings.speed, initial: 1 }}
        {...{ min: 0.25, max: 1.5, step: 0.05, unit: ' ×' }}
      />
      <div class="field" title="instructions">
        <span class="setting-head">
          <label for="instructions">Instructions</label>
          <Menu
            label="Instructions to start from"
            icon={BookText}
            items={Object.entries(INSTRUCTIONS).map(([label, text]) => ({
              label,
              run: () => {
                settings.instructions.value = text;
              },
            }))}
          />
        </span>
        <textarea
          id="instructions"
          rows={4}
          value={settings.instructions.value ?? ''}
          placeholder="the server's"
          onInput={({ currentTarget }) => {
            settings.instructions.value = currentTarget.value;
          }}
        />
      </div>
      <MaxTokens settings={settings} />
    </fieldset>
  );
}

/** Of the engine that is chosen, or of all of them. */
function voicesOf(server: ServerStatus | undefined, model: string): readonly string[] {
  const engine = server?.engines.find(({ name }) => name === model) ?? server?.engines.find((each) => each.is_default);
  return engine?.voices ?? server?.voices ?? [];
}

const MAX_TOKENS = 4096;

function MaxTokens({ settings: { maxTokens } }: { settings: TalkSettings }) {
  return (
    <label class="field" title="max_output_tokens">
      <span>Max output tokens</span>
      <input
        type="number"
        min={1}
        max={MAX_TOKENS}
        placeholder="no limit"
        value={typeof maxTokens.value === 'number' ? maxTokens.value : ''}
        onChange={({ currentTarget }) => {
          const count = currentTarget.valueAsNumber;
          maxTokens.value = count >= 1 ? Math.min(MAX_TOKENS, Math.floor(count)) : 'inf';
        }}
      />
    </label>
  );
}
