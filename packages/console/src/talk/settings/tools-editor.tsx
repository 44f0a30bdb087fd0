// Tools and MCP servers as cards, and all of them as JSON.

import { Plus } from 'lucide';
import { useId } from 'preact/hooks';
import { Menu } from '../../parts/menu.tsx';
import { liftAuthorizations } from '../authorizations.ts';
import { readTools } from '../read-tools.ts';
import type { ToolSettings } from '../talk-settings.ts';
import { FunctionCard } from './function-card.tsx';
import { McpCard } from './mcp-card.tsx';
import { TOOLS } from './presets.ts';
import { addFunction, addPreset, addServer, toolsOf } from './tool-list.ts';

export function ToolsEditor({ settings }: { settings: ToolSettings }) {
  const read = readTools(settings.tools.value);
  const tools = toolsOf(settings);
  return (
    <>
      <div class="setting-head">
        <h3>Tools</h3>
        <Menu
          label="Add a tool"
          icon={Plus}
          items={[
            { label: 'Function', run: () => addFunction(settings) },
            ...TOOLS.map((preset) => ({
              label: `Function ${preset.tool.name}`,
              run: () => addPreset(settings, preset),
            })),
            { label: 'MCP server', run: () => addServer(settings) },
          ]}
        />
      </div>
      {tools.map((tool, index) => {
        const issues = read.ok ? [] : read.issues.filter((issue) => issue.index === index);
        const Card = tool.type === 'mcp' ? McpCard : FunctionCard;
        // Names change while they are edited. The length makes new cards of all when one is removed.
        return <Card key={`${index} of ${tools.length}`} {...{ settings, tool, index, issues }} />;
      })}
      <ToolsJson settings={settings} />
    </>
  );
}

function ToolsJson({ settings }: { settings: ToolSettings }) {
  const id = useId();
  const read = readTools(settings.tools.value);
  return (
    <>
      <label class="field">
        <span>Tools (JSON)</span>
        <textarea
          rows={read.tools.length === 0 ? 3 : 5}
          spellcheck={false}
          class="code"
          value={settings.tools.value}
          placeholder='[{"type": "function", "name": "add", "parameters": {"type": "object"}}]'
          aria-invalid={!read.ok}
          aria-describedby={id}
          onInput={({ currentTarget }) => {
            settings.tools.value = currentTarget.value;
          }}
          onBlur={() => liftInto(settings)}
        />
      </label>
      <p id={id} class={read.ok ? 'hint' : 'trouble'} aria-live="polite">
        {read.ok ? toolCountLabel(read.tools.length) : read.message}
      </p>
    </>
  );
}

/** A credential that was typed or pasted into the JSON moves to its password field. */
function liftInto({ tools, authorizations }: ToolSettings): void {
  const lifted = liftAuthorizations(tools.peek());
  if (!lifted) return;
  tools.value = lifted.text;
  authorizations.value = { ...authorizations.peek(), ...lifted.authorizations };
}

const toolCountLabel = (count: number) =>
  count === 0 ? 'No tools. You type the output of each function call.' : count === 1 ? '1 tool.' : `${count} tools.`;
