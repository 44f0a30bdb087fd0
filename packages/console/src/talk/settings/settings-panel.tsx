// The settings of Talk. What changes is sent to the open session a moment later, said in a message, and can be undone.

import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { AppState } from '../../app-state.ts';
import { redacted } from '../../log/redacted.ts';
import { IconButton } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { showToast } from '../../parts/toast.tsx';
import { readTools } from '../read-tools.ts';
import type { Talk } from '../talk.ts';
import { restoreValues, type SettingValues, valuesOf } from '../talk-settings.ts';
import { InputSettings } from './input-settings.tsx';
import { OutputSettings } from './output-settings.tsx';
import { areSettingsOpen } from './settings-open.ts';
import { ToolSettings } from './tool-settings.tsx';
import { TransportSetting } from './transport-setting.tsx';

export function SettingsPanel({ app }: { app: AppState }) {
  const { talk } = app;
  useAppliedSettings(talk);
  const close = (
    <IconButton
      icon={X}
      label="Close settings"
      shortcut="s"
      onClick={() => {
        areSettingsOpen.value = false;
      }}
    />
  );
  return (
    <Panel name="settings" title="Settings" actions={close}>
      <div class="settings">
        <p class="hint">{talk.state.value === 'open' ? 'Changes apply at once.' : 'Used when the session opens.'}</p>
        <TransportSetting app={app} />
        <OutputSettings app={app} settings={talk.settings} />
        <InputSettings talk={talk} />
        <ToolSettings settings={talk.settings} />
      </div>
    </Panel>
  );
}

/** While the user types or slides, nothing is sent. */
const WAIT_MS = 600;

function useAppliedSettings(talk: Talk): void {
  const values = valuesOf(talk.settings);
  const key = JSON.stringify(values);
  const applied = useRef<SettingValues>(values);
  useEffect(() => {
    const timer = setTimeout(() => {
      // What is being written is not sent until it is right; the field says what is wrong.
      if (!readTools(values.tools).ok) return;
      const update = talk.applySettings();
      const before = applied.current;
      applied.current = values;
      if (!update) return;
      showToast({
        text: 'Settings applied',
        detail: JSON.stringify(redacted(update), null, 1).replaceAll(/\n\s*/g, ' '),
        action: { label: 'Undo', run: () => restoreValues(talk.settings, before) },
      });
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [key]);
  // What was changed last, before the panel was closed.
  useEffect(() => () => void talk.applySettings(), [talk]);
}
