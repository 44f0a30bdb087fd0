// One item of the conversation, whatever it is. Messages are drawn here; calls, approvals and lists of tools in `call-view.tsx`.

import type { MessageItem, RealtimeContentPart } from '@colloquy/protocol';
import type { MirrorPart } from '@colloquy/session';
import { mayAct } from '../sources/viewing.ts';
import { AudioClip } from './audio-clip.tsx';
import { CallView } from './call-view.tsx';
import type { ItemProps } from './item-props.ts';
import { Picture } from './picture.tsx';
import { shownText } from './shown-text.ts';
import { delayWords, endingOf, itemStatusWords, secondsOf } from './status-words.ts';
import { visible } from './unseen.ts';
import { Words } from './words.tsx';

const ROLES: ReadonlyMap<string, string> = new Map([
  ['user', 'User'],
  ['assistant', 'Assistant'],
  ['system', 'System'],
]);

export function ItemView(props: ItemProps) {
  const { item, isDeleted, isInserted, response, id } = props.listed;
  const isMessage = item.type === 'message';
  const role = isMessage ? shownText(item.role) : 'tool';
  const truncated = isMessage ? props.mirror.parts(id).find((part) => part.audio_end_ms !== undefined) : undefined;
  const ending = response && endingOf(response);
  const delay = response?.id && role === 'assistant' ? delayWords(props.viewing.log.timingOf(response.id)) : undefined;
  const status = itemStatusWords('status' in item ? item.status : undefined);
  return (
    <li class="item" data-role={role} data-type={shownText(item.type)} data-deleted={isDeleted || undefined}>
      <header class="item-head">
        <span class="role">
          {isMessage
            ? (ROLES.get(role) ?? role)
            : (KINDS.get(item.type as string) ?? <Words text={shownText(item.type)} />)}
        </span>
        {isDeleted && <Mark words="deleted" />}
        {isInserted && <Mark words="inserted" />}
        {truncated && <Mark words={`truncated, ${secondsOf(truncated.audio_end_ms ?? 0)} heard`} />}
        {status && !ending && <Mark words={status} />}
        {ending && <Mark words={ending} />}
        {delay && <span class="hint">{delay}</span>}
        <code class="id">
          <Words text={id} />
        </code>
        {mayAct(props.viewing) && !isDeleted && !props.isPast && (
          <button
            type="button"
            class="quiet"
            aria-label={`Delete this item, ${visible(id)}`}
            title="Delete this item"
            onClick={() => props.viewing.actions?.deleteItem(id)}
          >
            ×
          </button>
        )}
      </header>
      {isMessage ? <Message {...props} item={item} /> : <CallView {...props} />}
    </li>
  );
}

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    function_call: 'Function call',
    function_call_output: 'Function result',
    mcp_list_tools: 'Tools of an MCP server',
    mcp_call: 'MCP call',
    mcp_approval_request: 'Approval asked for',
    mcp_approval_response: 'Approval answered',
  }),
);

const Mark = ({ words }: { words: string }) => (
  <span class="badge">
    <Words text={words} />
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
      return <Said text={shownText(part.text)} isOpen={status === 'in_progress'} />;
    case 'output_audio':
      return (
        <>
          {audio_end_ms === undefined ? (
            <Said text={shownText(part.transcript)} isOpen={status === 'in_progress'} />
          ) : (
            <Forgotten words={viewing.log.session(sessionId).marks.unheard(listed.id, content_index, count)?.words} />
          )}
          {clip('assistant')}
        </>
      );
    case 'input_audio':
      return (
        <>
          <Said
            text={shownText(part.transcript ?? transcription?.text)}
            isOpen={transcription?.status === 'in_progress'}
          />
          {transcription?.status === 'failed' && (
            <p class="trouble">
              Not understood: <Words text={shownText(transcription.error?.message ?? transcription.error)} />
            </p>
          )}
          {clip('user')}
        </>
      );
    case 'input_image':
      return <Picture address={shownText(part.image_url)} />;
    case undefined:
      return <Said text={shownText(transcription?.text)} isOpen={transcription?.status === 'in_progress'} />;
    default:
      // Of a kind nobody knows, shown as it came [MI8].
      return (
        <pre>
          <Words text={JSON.stringify(part, null, 2)} />
        </pre>
      );
  }
}

function Said({ text, isOpen }: { text: string; isOpen: boolean }) {
  if (text === '' && !isOpen) return null;
  return (
    <p class="said" data-open={isOpen || undefined}>
      <Words text={text} />
    </p>
  );
}

/** The model forgets the words of audio that was cut, all of them: it is not known which were heard. */
function Forgotten({ words }: { words: string | undefined }) {
  return (
    <>
      {words !== undefined && (
        <p class="said unheard">
          <Words text={words} />
        </p>
      )}
      <p class="hint">Cut short: the model does not remember these words.</p>
    </>
  );
}
