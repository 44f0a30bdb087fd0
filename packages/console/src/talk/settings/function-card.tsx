// The card of a function among the tools: name, description, parameters, and an optional output that is sent at once.

import { readFrame } from '@colloquy/protocol';
import { useState } from 'preact/hooks';
import { displayText } from '../../conversation/display-text.ts';
import { SafeText } from '../../conversation/safe-text.tsx';
import { CheckedField } from './checked-field.tsx';
import { ToolCard } from './tool-card.tsx';
import { changeTool, type EditedTool, type ListedTool } from './tool-list.ts';

export function FunctionCard({ settings, tool, index, issues }: EditedTool) {
  const name = displayText(tool.name);
  const description = displayText(tool.description);
  const [isOpen, setOpen] = useState(description === '' || issues.length > 0);
  const outputs = settings.cannedOutputs;
  const change = (fields: ListedTool) => changeTool(settings, index, fields);
  const issueOf = (wanted: string) => issues.find(({ field }) => field === wanted)?.message;
  return (
    <ToolCard kind="Function" title={`${name}(${parameterNames(tool).join(', ')})`} {...{ name, settings, index }}>
      <details class="tool-edit" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <SafeText text={description === '' || isOpen ? 'Definition' : description} />
        </summary>
        <CheckedField
          isLazy
          {...{ label: 'Name', name: 'name', value: name, issue: issueOf('name') }}
          change={(text) => change({ name: text })}
        />
        <CheckedField
          {...{ label: 'Description', name: 'description', value: description, issue: issueOf('description') }}
          placeholder="When to call it"
          change={(text) => change({ description: text })}
        />
        <Parameters {...{ tool, change }} issue={issueOf('parameters')} />
      </details>
      <CheckedField
        {...{ label: 'Canned output', name: 'function_call_output', rows: 1 }}
        placeholder="Empty: you type it when it is called"
        value={new Map(Object.entries(outputs.value)).get(name) ?? ''}
        change={(text) => {
          outputs.value = { ...outputs.peek(), [name]: text };
        }}
      />
    </ToolCard>
  );
}

function parameterNames({ parameters }: ListedTool): string[] {
  const { properties } = (parameters ?? {}) as { properties?: object | null };
  return Object.keys(properties ?? {});
}

interface ParametersProps {
  readonly tool: ListedTool;
  readonly change: (fields: ListedTool) => void;
  readonly issue: string | undefined;
}

/** A JSON Schema. While it is not JSON the tool keeps the one before. */
function Parameters({ tool: { parameters }, change, issue }: ParametersProps) {
  const [fault, setFault] = useState<string>();
  return (
    <CheckedField
      {...{ label: 'Parameters (JSON Schema)', name: 'parameters', rows: 5, issue: fault ?? issue }}
      value={parameters === undefined ? '' : JSON.stringify(parameters, null, 2)}
      change={(text) => {
        const read = readFrame(text, true);
        const isSchema = read.ok && typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value);
        setFault(text.trim() === '' || isSchema ? undefined : 'Not applied: expected a JSON object.');
        if (text.trim() === '') change({ parameters: undefined });
        else if (isSchema) change({ parameters: read.value });
      }}
    />
  );
}
