// Indented JSON with descriptions of fields; long strings are shortened until requested.

import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { fieldDescription } from './event-descriptions.ts';

/** Longest string that is shown at once, and most members of an object. */
const LONG = 2000;
const MAX_MEMBERS = 500;
const DEEPEST = 64;

export function JsonText({ value }: { value: unknown }) {
  return (
    <pre class="json">
      <Node value={value} depth={0} />
    </pre>
  );
}

function Node({ value, depth }: { value: unknown; depth: number }): ComponentChild {
  if (typeof value === 'string') return <LongText text={value} />;
  if (typeof value !== 'object' || value === null) return <span class="json-plain">{String(value)}</span>;
  if (depth > DEEPEST) return <span class="json-plain">…</span>;
  const isList = Array.isArray(value);
  const members: [name: string | undefined, value: unknown][] = isList
    ? value.map((each) => [undefined, each])
    : Object.entries(value);
  const [open, close] = isList ? '[]' : '{}';
  if (members.length === 0) return `${open}${close}`;
  const indent = '  '.repeat(depth + 1);
  return (
    <>
      {open}
      {members.slice(0, MAX_MEMBERS).map(([name, each], index) => (
        <span key={name ?? index}>
          {`\n${indent}`}
          {name !== undefined && <Name name={name} />}
          <Node value={each} depth={depth + 1} />
          {index < members.length - 1 && ','}
        </span>
      ))}
      {members.length > MAX_MEMBERS && `\n${indent}… ${members.length - MAX_MEMBERS} more`}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  );
}

function Name({ name }: { name: string }) {
  const description = fieldDescription(name);
  return (
    <>
      <span class={description ? 'json-name explained' : 'json-name'} title={description}>
        <SafeText text={JSON.stringify(name)} />
      </span>
      {': '}
    </>
  );
}

function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > LONG && !isWhole;
  return (
    <span class="json-text">
      <SafeText text={JSON.stringify(isCut ? text.slice(0, LONG) : text)} />
      {isCut && (
        <button type="button" class="quiet" onClick={() => setWhole(true)}>
          … {(text.length - LONG).toLocaleString('en')} more characters
        </button>
      )}
    </span>
  );
}
