// Makes a scenario of a log: each answer becomes a turn, what the user said its condition. What a scenario cannot carry
// becomes a note. Answers: `logged-turns.ts`; the client's side: `client-script.ts`.

import { bytesToMs, type RealtimeAudioFormat, type RedactionLevel, redact } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import { type LoggedFrame, loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { createSessionBlocks } from '../recording/session-blocks.ts';
import { ClientScript, type ClientStep, type SpokenTurn } from './client-script.ts';
import { LogNotes, type ScenarioNote } from './log-notes.ts';
import { audioBytes, audioLengths, formatOf, hidesText, prefixOf, settingsOf, withSilence } from './logged-audio.ts';
import { LoggedContext } from './logged-context.ts';
import { LoggedTurns } from './logged-turns.ts';
import { createOutline } from './outline.ts';
import type { Scenario } from './scenario.ts';
import { SpokenTurns } from './spoken-turns.ts';

/** What a log comes to. */
export interface LogScenario {
  readonly scenario: Scenario;
  /** What it does not carry, in the order of the log. */
  readonly notes: readonly ScenarioNote[];
  /** What its client did. */
  readonly client: readonly ClientStep[];
  readonly spoken: readonly SpokenTurn[];
  /** What was said and called: see `outlineOf`. */
  readonly outline: readonly string[];
  readonly kind: 'realtime' | 'transcription';
  /** Whether the server refused something. */
  readonly hasRefusals: boolean;
  /** Whether the session has tools of MCP servers, which a test server lacks. */
  readonly usesMcp: boolean;
}

export interface ScenarioOfLogOptions {
  readonly name?: string;
  /** Keep the pauses of the log, rounded to 10 ms. @default true */
  readonly pauses?: boolean;
  /** What to hide. Audio is never in a scenario. @default 'media' */
  readonly level?: RedactionLevel;
}

export interface ScenarioOfLog {
  /** Reads the next entry. Never throws. */
  read(entry: RecordingEntry): void;
  end(): LogScenario;
}

/** Reads one session of a log; those after it are noted. */
export function scenarioOfLog(options: ScenarioOfLogOptions = {}): ScenarioOfLog {
  return new LogScenarioReader(options);
}

type Json = Readonly<Record<string, unknown>>;
type Event = LoggedFrame['event'];

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

/** Length of an append whose audio is not in the log, in milliseconds: enough to commit. */
const UNKNOWN_AUDIO_MS = 100;

/** Refusals of any Realtime server that this one makes too. */
const SHARED_REFUSALS: ReadonlySet<string> = new Set([
  'cannot_update_voice',
  'conversation_already_has_active_response',
  'input_audio_buffer_commit_empty',
  'item_create_invalid_previous_item_id',
  'item_delete_invalid_item_id',
  'item_retrieve_invalid_item_id',
  'item_truncate_invalid_item_id',
  'response_cancel_not_active',
]);

class LogScenarioReader implements ScenarioOfLog {
  readonly #options: ScenarioOfLogOptions;
  readonly #notes = new LogNotes();
  readonly #outline = createOutline();
  readonly #client = new ClientScript();
  readonly #speech = new SpokenTurns();
  readonly #context = new LoggedContext(this.#speech);
  readonly #turns: LoggedTurns;
  readonly #blocks = createSessionBlocks();
  #format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
  /** What the session was opened with. */
  #config: Json | undefined;
  #isOurs = false;
  #kind: LogScenario['kind'] = 'realtime';
  /** Refusals of frames that are not in the log. */
  #unsendable = 0;
  #hasRefusals = false;
  /** Whether the length of some audio of the client is unknown. */
  #lacksLengths = false;

  constructor(options: ScenarioOfLogOptions) {
    this.#options = options;
    this.#turns = new LoggedTurns({
      notes: this.#notes,
      keepsPauses: options.pauses ?? true,
      condition: (response) => this.#context.condition(response),
    });
  }

  read(entry: RecordingEntry): void {
    if (entry.kind === 'header') return this.#readHeader(entry.header.options);
    if (entry.kind === 'input') this.#readInput(entry.line, entry.input as unknown as Json);
    const frame = loggedFrame(entry);
    if (!frame) return;
    if (this.#blocks.of(frame).index > 0) return this.#notes.addOnce(frame.line, 'sessions');
    if (frame.from === 'server') return this.#readServerEvent(frame);
    const lengths = entry.kind === 'input' ? (entry.input as unknown as Json).audio_bytes : undefined;
    this.#readClientEvent(frame, Array.isArray(lengths) ? lengths : []);
  }

  end(): LogScenario {
    const turns = this.#turns.end();
    this.#client.end();
    for (const line of this.#speech.untranscribed())
      this.#notes.add(line, 'this turn of the user has no transcript; in a test its transcription fails');
    const notes = this.#notes.list();
    const { name } = this.#options;
    return {
      scenario: {
        scenario: 1,
        ...(name !== undefined && { name }),
        ...(notes.length > 0 && { notes: notes.map(({ line, message }) => `line ${line}: ${message}`) }),
        turns,
      },
      ...{ notes, client: this.#client.steps, spoken: this.#speech.turns(), outline: this.#outline.lines() },
      ...{ kind: this.#kind, hasRefusals: this.#hasRefusals, usesMcp: this.#notes.has('mcp') },
    };
  }

  #redacted<T extends object>(value: T): T {
    return redact(value, { level: this.#options.level ?? 'media' }) as T;
  }

  #readHeader(options: unknown): void {
    if (!isObject(options)) return;
    this.#isOurs = true;
    if (isObject(options.session)) this.#config = options.session;
    if ((this.#config?.type ?? options.kind) === 'transcription') this.#kind = 'transcription';
  }

  #readInput(line: number, { from, event, issue }: Json): void {
    if (from === 'wire' && isObject(issue)) {
      this.#unsendable += 1;
      this.#hasRefusals = true;
      this.#notes.add(line, 'the client sent a frame that the server could not read; it is not in the recording');
    }
    if (!isObject(event)) return;
    if (from === 'host' && event.type === 'drain')
      this.#notes.add(line, 'the server was shutting down; requests that it refused for this are not sent');
    else if (from === 'engine' && event.type === 'audio.delta')
      this.#turns.engineAudio = typeof event.bytes === 'number' ? event.bytes : undefined;
    else if (from === 'speech') this.#speech.note(event);
  }

  #readClientEvent({ line, event }: LoggedFrame, lengths: readonly unknown[]): void {
    if (event.type === 'input_audio_buffer.append') return this.#readAppend(line, event, lengths);
    if (event.type === 'response.create') this.#context.addRequest(event.response);
    const known = audioLengths(event, lengths);
    const send = withSilence(this.#redacted(event), known, this.#format);
    if (hidesText(send)) this.#notes.addOnce(line, 'hidden');
    const deltas = this.#turns.pause();
    const { audioMs } = this.#turns;
    const hasPlayed = event.type === 'conversation.item.truncate' && this.#turns.isAnswering && audioMs > 0;
    this.#client.send(send, {
      ...deltas,
      ...(hasPlayed && { audio_ms: audioMs }),
    });
  }

  #readAppend(line: number, { audio }: Event, [length]: readonly unknown[]): void {
    const bytes = audioBytes(audio, length);
    this.#notes.addOnce(line, bytes === undefined ? 'audioLength' : 'audio');
    this.#client.append(bytes === undefined ? UNKNOWN_AUDIO_MS : bytesToMs(bytes, this.#format));
    this.#lacksLengths ||= bytes === undefined;
  }

  #readServerEvent({ line, event, time }: LoggedFrame): void {
    if (event.type === 'error') return this.#readError(event);
    const redacted = this.#redacted(event);
    const { type } = redacted;
    this.#context.observe(redacted);
    this.#outline.add(redacted);
    const heardMs = redacted.audio_end_ms ?? redacted.audio_start_ms;
    if (this.#lacksLengths && type.startsWith('input_audio_buffer.speech_') && typeof heardMs === 'number')
      this.#client.append(Math.max(0, heardMs + this.#speech.prefixMs - this.#client.appendedMs));
    if (type === 'input_audio_buffer.speech_started' && this.#turns.isAnswering)
      this.#client.interrupt(this.#turns.pause());
    this.#client.observe(redacted);
    this.#speech.observe(line, redacted, this.#client.appendedMs);
    if (type === 'session.created' || type === 'session.updated') this.#readSession(line, redacted);
    else if (/^response\.(?:output_)?audio\.delta$/.test(type)) this.#turns.read(line, event, time);
    else if (type.startsWith('response.')) this.#turns.read(line, redacted, time);
    else if (type.startsWith('mcp_list_tools.')) this.#notes.addOnce(line, 'mcp');
    else if (type === 'input_audio_buffer.timeout_triggered') this.#notes.addOnce(line, 'idle');
    else if (type === `${TRANSCRIPTION}.delta`) this.#notes.addOnce(line, 'transcription');
    else if (type === `${TRANSCRIPTION}.segment`) this.#notes.addOnce(line, 'segments');
  }

  #readError(event: Event): void {
    const { error } = event;
    if (isObject(error) && error.type === 'invalid_request_error') this.#hasRefusals = true;
    const code = isObject(error) ? error.code : undefined;
    if (code === 'conversation_already_has_active_response' || code === 'draining') this.#context.dropRequest();
    // A test server does not shut down while it is played to.
    if (code === 'draining') this.#client.takeBack('response.create');
    else if (this.#unsendable > 0) this.#unsendable -= 1;
    else if (this.#isOurs || SHARED_REFUSALS.has(`${code}`)) this.#client.observe(event);
  }

  #readSession(line: number, { type, session: stated }: Event): void {
    const session = objectOf(stated);
    const { input, output } = isObject(session.audio) ? session.audio : ({} as Json);
    this.#format = formatOf(input) ?? this.#format;
    this.#turns.outputFormat = formatOf(output) ?? this.#turns.outputFormat;
    this.#speech.isTranscribing = isObject(input) && isObject(input.transcription);
    this.#speech.prefixMs = prefixOf(input) ?? this.#speech.prefixMs;
    if (session.type === 'transcription') this.#kind = 'transcription';
    if ('input_audio_format' in session) this.#notes.addOnce(line, 'beta');
    if (type !== 'session.created') return;
    const config = this.#config ? this.#redacted(this.#config) : settingsOf(session);
    if (!config) return;
    this.#notes.add(line, 'what the session was opened with is sent as a session.update');
    this.#client.send({ type: 'session.update', session: config }, {});
    this.#client.observe({ type: 'session.updated' });
  }
}
