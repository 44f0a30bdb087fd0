// Tool settings: the tools of the session, and when the model calls them.

import type { TalkSettings, ToolChoice } from '../talk-settings.ts';
import { Choice } from './fields.tsx';
import { ToolsEditor } from './tools-editor.tsx';

const TOOL_CHOICES: Readonly<Record<ToolChoice, string>> = {
  auto: 'auto: the model decides',
  none: 'none',
  required: 'required: always a call',
};

export function ToolSettings({ settings }: { settings: TalkSettings }) {
  return (
    <fieldset class="setting-group" aria-label="Tools">
      <ToolsEditor settings={settings} />
      <Choice
        label="Tool choice"
        name="tool_choice"
        value={settings.toolChoice.value ?? 'auto'}
        choices={TOOL_CHOICES}
        choose={(value) => {
          settings.toolChoice.value = value;
        }}
      />
    </fieldset>
  );
}
