// Indented JSON with descriptions of fields, marks of changed fields, and ids to filter by; long strings are shortened until requested.

import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { visible } from '../conversation/unseen.ts';
import type { ChangedFields } from './changed-fields.ts';
import { fieldDescription } from './event-descriptions.ts';

/** Longest string that is shown at once, and most members of an object. */
const LONG = 2000;
const MAX_MEMBERS = 500;
const DEEPEST = 64;

export interface JsonTextProps {
  readonly value: unknown;
  /** Fields that are marked, with what they were. */
  readonly changed?: ChangedFields | undefined;
  /** Called with an id that is clicked. Absent: ids are text. */
  readonly onId?: ((id: string) => void) | undefined;
}

export function JsonText({ value, ...rest }: JsonTextProps) {
  return (
    <pre class="json">
      <Node value={value} name={undefined} path="" depth={0} {...rest} />
    </pre>
  );
}

interface NodeProps extends JsonTextProps {
  /** Of the field that has the value. */
  readonly name: string | undefined;
  /** `session.audio.input`; elements of a list have the path of the list. */
  readonly path: string;
  readonly depth: number;
}

function Node(props: NodeProps): ComponentChild {
  const { value, name, depth, onId } = props;
  if (typeof value === 'string')
    return onId && isId(name) && value !== '' ? <Id id={value} onId={onId} /> : <LongText text={value} />;
  if (typeof value !== 'object' || value === null) return <span class="json-plain">{String(value)}</span>;
  if (depth > DEEPEST) return <span class="json-plain">…</span>;
  return <Members {...props} value={value} />;
}

function Members({ value, path, depth, changed, onId }: NodeProps & { value: object }) {
  const isList = Array.isArray(value);
  const members: [name: string | undefined, value: unknown][] = isList
    ? value.map((each) => [undefined, each])
    : Object.entries(value);
  const [open, close] = isList ? '[]' : '{}';
  if (members.length === 0) return <>{`${open}${close}`}</>;
  const indent = '  '.repeat(depth + 1);
  return (
    <>
      {open}
      {members.slice(0, MAX_MEMBERS).map(([name, each], index) => {
        const field = name === undefined ? path : path === '' ? name : `${path}.${name}`;
        return (
          <span key={name ?? index}>
            {`\n${indent}`}
            {name !== undefined &&
              (changed?.has(field) ? <Changed name={name} was={changed.get(field)} /> : <Name name={name} />)}
            <Node value={each} name={name} path={field} depth={depth + 1} {...{ changed, onId }} />
            {index < members.length - 1 && ','}
          </span>
        );
      })}
      {members.length > MAX_MEMBERS && `\n${indent}… ${members.length - MAX_MEMBERS} more`}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  );
}

const isId = (name: string | undefined) => name === 'id' || name?.endsWith('_id') === true;

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

/** Characters of an old value that are shown. */
const MAX_WAS = 80;

/** A field that an update changes. */
function Changed({ name, was }: { name: string; was: unknown }) {
  const text = visible(JSON.stringify(was) ?? 'absent');
  const short = text.length > MAX_WAS ? `${text.slice(0, MAX_WAS)}…` : text;
  return (
    <span class="json-changed" title={`Was ${short}`}>
      <Name name={name} />
      <span class="heard-only">(was {short}) </span>
    </span>
  );
}

function Id({ id, onId }: { id: string; onId: (id: string) => void }) {
  return (
    <button
      type="button"
      class="json-id"
      title="List only the events with this id"
      aria-label={`List only the events with ${visible(id)}`}
      onClick={() => onId(id)}
    >
      <SafeText text={JSON.stringify(id.slice(0, LONG))} />
    </button>
  );
}

function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > LONG && !isWhole;
  return (
    <span class="json-text">
      <SafeText text={JSON.stringify(isCut ? text.slice(0, LONG) : text)} />
      {isCut && (
        <button type="button" class="json-more" onClick={() => setWhole(true)}>
          … {(text.length - LONG).toLocaleString('en')} more characters
        </button>
      )}
    </span>
  );
}
