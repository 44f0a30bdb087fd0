// Tools and MCP servers of the session as cards, with an optional output that is sent at once; and all of them as JSON.

import { Plus, Trash2 } from 'lucide';
import { displayText } from '../../conversation/display-text.ts';
import { SafeText } from '../../conversation/safe-text.tsx';
import { visible } from '../../conversation/unseen.ts';
import { IconButton } from '../../parts/button.tsx';
import { Menu } from '../../parts/menu.tsx';
import { readTools, type TalkSettings, type ToolChoice } from '../talk-settings.ts';
import { Choice } from './fields.tsx';
import { TOOLS } from './presets.ts';
import { addPreset, addTool, type ListedTool, removeTool, toolsOf } from './tool-list.ts';

const TOOL_CHOICES: Readonly<Record<ToolChoice, string>> = {
  auto: 'auto: the model decides',
  none: 'none',
  required: 'required: always a call',
};

export function ToolSettings({ settings }: { settings: TalkSettings }) {
  const read = readTools(settings.tools.value);
  const tools = toolsOf(settings);
  return (
    <fieldset class="setting-group" aria-label="Tools">
      <div class="setting-head">
        <h3>Tools</h3>
        <Menu
          label="Add a tool"
          icon={Plus}
          items={[
            ...TOOLS.map((preset) => ({
              label: `Function ${preset.tool.name}`,
              run: () => addPreset(settings, preset),
            })),
            {
              label: 'MCP server',
              run: () => addTool(settings, { type: 'mcp', server_label: 'server', require_approval: 'always' }),
            },
          ]}
        />
      </div>
      {tools.map((tool, index) => (
        <ToolCard key={`${index} ${displayText(tool.name)}`} {...{ settings, tool, index }} />
      ))}
      <Choice
        label="Tool choice"
        name="tool_choice"
        value={settings.toolChoice.value ?? 'auto'}
        choices={TOOL_CHOICES}
        choose={(value) => {
          settings.toolChoice.value = value;
        }}
      />
      <label class="field">
        <span>Tools (JSON)</span>
        <textarea
          rows={tools.length === 0 ? 3 : 5}
          spellcheck={false}
          class="code"
          value={settings.tools.value}
          placeholder='[{"type": "function", "name": "add", "parameters": {"type": "object"}}]'
          aria-invalid={!read.ok}
          aria-describedby="tools-message"
          onInput={({ currentTarget }) => {
            settings.tools.value = currentTarget.value;
          }}
        />
      </label>
      <p id="tools-message" class={read.ok ? 'hint' : 'trouble'} aria-live="polite">
        {read.ok ? toolCountLabel(read.tools.length) : read.message}
      </p>
    </fieldset>
  );
}

const toolCountLabel = (count: number) =>
  count === 0 ? 'No tools. You type the output of each function call.' : count === 1 ? '1 tool.' : `${count} tools.`;

function ToolCard({ settings, tool, index }: { settings: TalkSettings; tool: ListedTool; index: number }) {
  const isServer = tool.type === 'mcp';
  const name = displayText(isServer ? tool.server_label : tool.name);
  const parameters = Object.keys((tool.parameters?.properties as object | undefined) ?? {});
  const outputs = settings.cannedOutputs;
  return (
    <div class="tool-card">
      <p class="tool-name">
        <code>
          <SafeText text={isServer ? name : `${name}(${parameters.join(', ')})`} />
        </code>
        {isServer && (
          <span class="badge" data-kind="plain">
            MCP
          </span>
        )}
        <IconButton icon={Trash2} label={`Remove ${visible(name)}`} onClick={() => removeTool(settings, index)} />
      </p>
      <p class="hint">
        <SafeText text={displayText(isServer ? tool.server_url : tool.description)} />
      </p>
      {!isServer && (
        <label class="field">
          <span>Canned output</span>
          <textarea
            rows={1}
            class="code"
            spellcheck={false}
            placeholder="Empty: you type it when it is called"
            value={new Map(Object.entries(outputs.value)).get(name) ?? ''}
            onInput={({ currentTarget }) => {
              outputs.value = { ...outputs.peek(), [name]: currentTarget.value };
            }}
          />
        </label>
      )}
    </div>
  );
}
