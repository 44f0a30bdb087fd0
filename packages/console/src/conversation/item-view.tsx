// One item of the conversation. Renders messages; calls, approvals and tool lists: `call-view.tsx`.

import type { MessageItem, RealtimeContentPart } from '@colloquy/protocol';
import type { MirrorPart } from '@colloquy/session';
import { durationOf } from '../audio/samples.ts';
import { IdChip } from '../parts/id-chip.tsx';
import { isReceived, type Viewing } from '../sources/viewing.ts';
import { AudioClip } from './audio-clip.tsx';
import { CallView } from './call-view.tsx';
import type { ListedItem } from './conversation-items.ts';
import { displayText } from './display-text.ts';
import { ItemMenu } from './item-menu.tsx';
import type { ItemProps } from './item-props.ts';
import { Picture } from './picture.tsx';
import { SafeText } from './safe-text.tsx';
import { Said } from './said.tsx';
import { SpokenText } from './spoken-text.tsx';
import { endingOf, itemStatusLabel, secondsOf } from './status-text.ts';

const ROLES: ReadonlyMap<string, string> = new Map([
  ['user', 'User'],
  ['assistant', 'Assistant'],
  ['system', 'System'],
]);

export interface ItemViewProps extends ItemProps {
  /** What continues a call, shown in the same card. */
  readonly steps: readonly ListedItem[];
  readonly isSelected: boolean;
}

export function ItemView({ steps, isSelected, ...props }: ItemViewProps) {
  const { item, isDeleted } = props.listed;
  const isMessage = item.type === 'message';
  const role = isMessage ? displayText(item.role) : 'tool';
  return (
    <li
      class="item"
      data-role={role}
      data-type={displayText(item.type)}
      data-deleted={isDeleted || undefined}
      data-selected={isSelected || undefined}
    >
      <ItemHead {...props} />
      {isMessage ? <Message {...props} item={item} /> : <CallView {...props} />}
      {steps.length > 0 && (
        <ol class="steps" aria-label="Steps of this call">
          {steps.map((listed) => (
            <li key={listed.id} data-type={displayText(listed.item.type)}>
              <CallView {...props} listed={listed} continues={item} />
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}

function ItemHead(props: ItemProps) {
  const { item, isDeleted, isInserted, response, id } = props.listed;
  const isMessage = item.type === 'message';
  const role = isMessage ? displayText(item.role) : 'tool';
  const truncated = isMessage ? props.mirror.parts(id).find((part) => part.audio_end_ms !== undefined) : undefined;
  const ending = response && endingOf(response);
  const status = cutLabel(props) ?? itemStatusLabel('status' in item ? item.status : undefined);
  return (
    <header class="item-head">
      <span class="role">
        {isMessage
          ? (ROLES.get(role) ?? role)
          : (KINDS.get(item.type as string) ?? <SafeText text={displayText(item.type)} />)}
      </span>
      {isDeleted && <Mark text="deleted" />}
      {isInserted && <Mark text="inserted" />}
      {truncated && <Mark text={`truncated, ${secondsOf(truncated.audio_end_ms ?? 0)} heard`} />}
      {status && !ending && <Mark text={status} />}
      {ending && <Mark text={ending} />}
      <span class="item-actions">
        <IdChip id={id} />
        <ItemMenu {...props} />
      </span>
    </header>
  );
}

/** How an item was cut off that was open when its session ended; `undefined` for any other. */
function cutLabel({
  viewing,
  isPast,
  listed: { item },
}: Pick<ItemProps, 'viewing' | 'isPast' | 'listed'>): string | undefined {
  if (!('status' in item) || item.status !== 'in_progress') return undefined;
  const state = endOf(viewing, isPast);
  return state === 'lost' ? 'interrupted by the connection' : state && 'interrupted';
}

/** How the session of an item ended, as far as it is shown; `undefined` while it goes on. */
function endOf(viewing: Viewing, isPast: boolean): 'ended' | 'lost' | undefined {
  if (isPast) return isReceived(viewing) ? 'lost' : 'ended';
  const { state } = viewing.status.value;
  const isOver = state === 'ended' || state === 'lost';
  return isOver && isReceived(viewing) && viewing.upTo.value === undefined ? state : undefined;
}

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    function_call: 'Function call',
    function_call_output: 'Function call output',
    mcp_list_tools: 'MCP tool list',
    mcp_call: 'MCP call',
    mcp_approval_request: 'MCP approval request',
    mcp_approval_response: 'MCP approval response',
  }),
);

const Mark = ({ text }: { text: string }) => (
  <span class="badge">
    <SafeText text={text} />
  </span>
);

function Message(props: ItemProps & { item: MessageItem }) {
  const { listed, mirror, item } = props;
  const known = mirror.parts(listed.id);
  const content: readonly RealtimeContentPart[] = Array.isArray(item.content) ? item.content : [];
  // A deleted item is not known to the mirror any more, and shown as it was.
  const parts: readonly MirrorPart[] =
    known.length > 0 ? known : content.map((part, content_index) => ({ content_index, part, status: 'completed' }));
  return (
    <div class="message">
      {parts.map((part) => (
        <Part key={part.content_index} {...props} part={part} />
      ))}
    </div>
  );
}

function Part({ part: known, ...props }: ItemProps & { part: MirrorPart }) {
  const { part, content_index, transcription, audio_end_ms, status } = known;
  const { listed, viewing, count, mirror } = props;
  const isOpen = status === 'in_progress' && cutLabel(props) === undefined;
  const sessionId = mirror.session?.id;
  const clip = (whose: 'user' | 'assistant') => (
    <AudioClip
      {...{ viewing, count, whose, sessionId }}
      itemId={listed.id}
      contentIndex={content_index}
      heardMs={audio_end_ms}
    />
  );
  switch (part?.type) {
    case 'input_text':
    case 'output_text':
      return <Said text={displayText(part.text)} isOpen={isOpen} />;
    case 'output_audio':
      return (
        <>
          {audio_end_ms === undefined ? (
            <SpokenText
              {...{ viewing, count, sessionId, isOpen }}
              itemId={listed.id}
              contentIndex={content_index}
              text={displayText(part.transcript)}
            />
          ) : (
            <Forgotten
              text={viewing.log.session(sessionId).marks.unheardText(listed.id, content_index, count)?.text}
              heardMs={audio_end_ms}
              audioMs={audioMsOf(viewing, sessionId, listed.id, content_index, count)}
            />
          )}
          {clip('assistant')}
        </>
      );
    case 'input_audio':
      return (
        <>
          <Said
            text={displayText(part.transcript ?? transcription?.text)}
            isOpen={transcription?.status === 'in_progress'}
          />
          {transcription?.status === 'failed' && (
            <p class="trouble">
              Unknown item: <SafeText text={displayText(transcription.error?.message ?? transcription.error)} />
            </p>
          )}
          {clip('user')}
        </>
      );
    case 'input_image':
      return <Picture address={displayText(part.image_url)} />;
    case undefined:
      return <Said text={displayText(transcription?.text)} isOpen={transcription?.status === 'in_progress'} />;
    default:
      // Of a kind nobody knows, shown as it came [MI8].
      return (
        <pre>
          <SafeText text={JSON.stringify(part, null, 2)} />
        </pre>
      );
  }
}

/** Milliseconds of the audio of a part, where the log has it. */
function audioMsOf({ log }: Viewing, sessionId: string | undefined, id: string, index: number, count: number) {
  const audio = log.session(sessionId).audio.of(id, index, count);
  return audio && durationOf(audio);
}

interface ForgottenProps {
  readonly text: string | undefined;
  readonly heardMs: number;
  readonly audioMs: number | undefined;
}

/** The model forgets the words of audio that was cut, all of them: it is not known which were heard. */
function Forgotten({ text, heardMs, audioMs }: ForgottenProps) {
  const whole = audioMs !== undefined && audioMs > heardMs ? ` of ${secondsOf(audioMs)}` : '';
  return (
    <>
      {text !== undefined && (
        <p class="said unheard">
          <SafeText text={text} />
        </p>
      )}
      <p class="hint">
        Heard {secondsOf(heardMs)}
        {whole}; the model keeps this audio and drops the transcript.
      </p>
    </>
  );
}
