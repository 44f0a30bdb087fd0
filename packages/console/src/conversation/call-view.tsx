// Function calls and MCP calls with arguments and output, and the forms for outputs and approvals.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import { useState } from 'preact/hooks';
import { mayAct } from '../sources/viewing.ts';
import { ApprovalForm } from './approval-form.tsx';
import { displayText, indented } from './display-text.ts';
import type { ItemProps } from './item-props.ts';
import { SafeText } from './safe-text.tsx';

type Item<T extends RealtimeConversationItem['type']> = Extract<RealtimeConversationItem, { type: T }>;

export interface CallViewProps extends ItemProps {
  /** The first item of the same card. The fields that it shows are not repeated. */
  readonly continues?: RealtimeConversationItem;
}

export function CallView({ continues, ...props }: CallViewProps) {
  const { item } = props.listed;
  switch (item.type) {
    case 'function_call':
      return <FunctionCall {...props} item={item} />;
    case 'function_call_output':
      return <Json label="Output" text={displayText(item.output)} />;
    case 'mcp_list_tools':
      return <ToolList item={item} stage={props.mirror.stage(props.listed.id)} />;
    case 'mcp_call':
      return <McpCall {...props} item={item} isKnown={isSameCall(item, continues)} />;
    case 'mcp_approval_request':
      return <Approval {...props} item={item} />;
    case 'mcp_approval_response':
      return (
        <p>
          {item.approve === true ? 'Approved' : 'Denied'}
          {item.reason && (
            <>
              : <SafeText text={displayText(item.reason)} />
            </>
          )}
        </p>
      );
    default:
      return <Json label="Unknown item" text={JSON.stringify(item)} />;
  }
}

/** As much of a long text is shown at first. */
const SHORT = 4000;

function Json({ label, text }: { label: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  const display = text === '' ? '(empty)' : indented(text);
  return (
    <figure class="json">
      <figcaption class="hint">{label}</figcaption>
      <pre>
        <SafeText text={isWhole ? display : display.slice(0, SHORT)} />
      </pre>
      {!isWhole && display.length > SHORT && (
        <button type="button" class="quiet" onClick={() => setWhole(true)}>
          Show all {display.length} characters
        </button>
      )}
    </figure>
  );
}

const Name = ({ server, name }: { server?: unknown; name: unknown }) => (
  <p class="call-name">
    {server !== undefined && (
      <>
        <SafeText text={displayText(server)} /> ·{' '}
      </>
    )}
    <code>
      <SafeText text={displayText(name)} />
    </code>
  </p>
);

function FunctionCall({ item, viewing, mirror, listed, isPast }: ItemProps & { item: Item<'function_call'> }) {
  const { call_id } = item;
  const isAnswered = mirror.items().some((other) => other.type === 'function_call_output' && other.call_id === call_id);
  const mayAnswer = mayAct(viewing) && !isPast;
  const isWhole = item.status === 'completed' && !listed.isDeleted;
  return (
    <div class="call">
      <Name name={item.name} />
      <Json label="Arguments" text={displayText(item.arguments)} />
      {mayAnswer && isWhole && !isAnswered && call_id && (
        <OutputForm name={displayText(item.name)} answer={(output) => viewing.actions?.answerCall(call_id, output)} />
      )}
      {isWhole && !isAnswered && !mayAnswer && <p class="hint">no output yet</p>}
    </div>
  );
}

function OutputForm({ name, answer }: { name: string; answer: (output: string) => void }) {
  const [output, setOutput] = useState('');
  const [isSent, setSent] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setSent(true);
    answer(output);
  };
  return (
    <form class="answer" onSubmit={submit}>
      <label>
        <span>
          What does <SafeText text={name} /> return?
        </span>
        <textarea
          rows={2}
          value={output}
          disabled={isSent}
          placeholder='{"result": 3}'
          onInput={({ currentTarget }) => setOutput(currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={isSent}>
        Send output
      </button>
    </form>
  );
}

/** Whether the call is the one that was to be approved, with the same arguments. */
const isSameCall = (call: Item<'mcp_call'>, request: RealtimeConversationItem | undefined): boolean =>
  request?.type === 'mcp_approval_request' &&
  request.name === call.name &&
  request.server_label === call.server_label &&
  request.arguments === call.arguments;

function McpCall({ item, mirror, listed, isKnown }: ItemProps & { item: Item<'mcp_call'>; isKnown: boolean }) {
  const { error, output } = item;
  const stage = mirror.stage(listed.id);
  return (
    <div class="call">
      {!isKnown && (
        <>
          <Name server={item.server_label} name={item.name} />
          <Json label="Arguments" text={displayText(item.arguments)} />
        </>
      )}
      {stage === 'in_progress' && !error && <p class="hint">running …</p>}
      {error && (
        <p class="trouble">
          Failed:{' '}
          <SafeText
            text={`${displayText(error.message)} (${displayText(error.type)}${'code' in error ? ` ${displayText(error.code)}` : ''})`}
          />
        </p>
      )}
      {typeof output === 'string' && <Json label="Result" text={output} />}
    </div>
  );
}

function ToolList({ item, stage }: { item: Item<'mcp_list_tools'>; stage: string | undefined }) {
  const tools = Array.isArray(item.tools) ? item.tools : [];
  const count = tools.length === 1 ? '1 tool' : `${tools.length} tools`;
  const label = stage === 'failed' ? 'listing tools failed' : stage === 'in_progress' ? 'listing tools …' : count;
  return (
    <details class="call">
      <summary>
        <SafeText text={displayText(item.server_label)} />: {label}
      </summary>
      <ul>
        {tools.map((tool, index) => (
          <li key={index}>
            <code>
              <SafeText text={displayText(tool?.name)} />
            </code>{' '}
            <SafeText text={displayText(tool?.description)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Approval({ item, viewing, mirror, listed, isPast }: ItemProps & { item: Item<'mcp_approval_request'> }) {
  const answer = mirror
    .items()
    .find((other) => other.type === 'mcp_approval_response' && other.approval_request_id === item.id);
  const isOpen = !answer && !listed.isDeleted;
  const mayAnswer = mayAct(viewing) && !isPast;
  return (
    <div class="call">
      <Name server={item.server_label} name={item.name} />
      <ApprovalForm
        text={displayText(item.arguments)}
        name={displayText(item.name)}
        answer={isOpen && mayAnswer ? (approve) => viewing.actions?.answerApproval(listed.id, approve) : undefined}
      />
      {isOpen && !mayAnswer && <p class="hint">no output yet</p>}
    </div>
  );
}
