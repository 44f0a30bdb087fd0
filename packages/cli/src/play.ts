// Plays the client events of a log to a live server in order. Sending and comparing: `client-replay.ts` of @colloquy/session.

import { setTimeout as pause } from 'node:timers/promises';
import { ColloquyError, eventTypeOf, readFrame } from '@colloquy/protocol';
import {
  type ClientReplay,
  createClientReplay,
  createSessionBlocks,
  loggedFrame,
  type RecordingEntry,
  type ReplayOutcome,
} from '@colloquy/session';
import { connect, realtimeUrl } from './connect.ts';
import { readLogFile } from './log-file.ts';
import { printableLine } from './printable.ts';
import { keyFor } from './reach.ts';

export interface Playing {
  /** The server, as it was named. */
  readonly to: string;
  readonly caFile: string | undefined;
  /** Compares what was said, too. */
  readonly words: boolean;
  /** Keeps the log's own pauses between events. */
  readonly realtime: boolean;
  /** How long a frame is waited for, in milliseconds. */
  readonly patienceMs: number;
}

/** What became of one session of a log. */
export interface PlayedSession extends ReplayOutcome {
  /** The session's id in the log, where that tells it. */
  readonly session: string | null;
  /** How the connection ended, where the server ended it before all was said. */
  readonly closed: { readonly code: number; readonly reason: string } | null;
  /** How often events of a type, which had come in the log, were waited for in vain. */
  readonly missed: Readonly<Record<string, number>>;
}

/** The `--json` of `colloquy replay --to`, with the file before it: keys may be added, none is renamed. */
export interface Played extends Omit<PlayedSession, 'session'> {
  /** Who it was played to. */
  readonly server: string;
  /** Each session of the log, played over a connection of its own; all else here is of all of them. */
  readonly sessions: readonly PlayedSession[];
}

/** Events a second, since servers bound them, and how many may go at once. */
const EVENTS_PER_SECOND = 80;
const BURST = 40;
const NORMAL_CLOSURE = 1000;
/** How long a server may take to answer our close, in milliseconds. */
const CLOSING_MS = 2000;

/**
 * Plays a log, each session in it over a connection of its own, one after the other. Rejects in one line: with `upstream_error` when the
 * server is not there or refuses, with `not_found` when there is nothing to play, with `misused` when `to` is no address.
 */
export async function play(file: string, options: Playing): Promise<Played> {
  const blocks = createSessionBlocks();
  const sessions: PlayedSession[] = [];
  let player: Player | undefined;
  let playing = 0;
  let id: string | null = null;
  let server = '';
  try {
    for await (const { entry } of readLogFile(file)) {
      const frame = loggedFrame(entry);
      const block = frame && blocks.of(frame);
      if (block && block.index > playing) {
        if (player) sessions.push({ session: id, ...(await player.end()) });
        player = undefined;
        playing = block.index;
      }
      // Where more sockets are interleaved than a reader holds back, what comes late for a session cannot be played any more.
      if (block && block.index < playing) continue;
      // No server is dialled for a file that is no log.
      if (!player && (entry.kind === 'damaged' || entry.kind === 'foreign')) continue;
      player ??= await openPlayer(entry, options);
      ({ server } = player);
      if (block) ({ id } = block);
      await player.playEntry(entry);
    }
    if (!player) throw new ColloquyError('not_found', `${printableLine(file)}: it contains no events`);
    sessions.push({ session: id, ...(await player.end()) });
    return { server, ...summed(sessions), sessions };
  } finally {
    player?.hangUp();
  }
}

function summed(sessions: readonly PlayedSession[]): Omit<Played, 'server' | 'sessions'> {
  const sum = (of: (each: PlayedSession) => number) => sessions.reduce((total, each) => total + of(each), 0);
  const missed = new Map<string, number>();
  for (const each of sessions)
    for (const [type, times] of Object.entries(each.missed)) missed.set(type, (missed.get(type) ?? 0) + times);
  return {
    ok: sessions.every(({ ok }) => ok),
    sent: sum(({ sent }) => sent),
    skipped: sum(({ skipped }) => skipped),
    hidden: {
      audio: sum(({ hidden }) => hidden.audio),
      images: sum(({ hidden }) => hidden.images),
      words: sum(({ hidden }) => hidden.words),
    },
    frames: { recorded: sum(({ frames }) => frames.recorded), live: sum(({ frames }) => frames.live) },
    differences: sessions.flatMap(({ differences }) => differences),
    more_differences: sum((each) => each.more_differences),
    closed: sessions.find(({ closed }) => closed !== null)?.closed ?? null,
    missed: Object.fromEntries(missed),
  };
}

/** Plays one session. */
interface Player {
  readonly server: string;
  playEntry(entry: RecordingEntry): Promise<void>;
  /** Waits for what is still due, ends the connection, and answers what became of it all. */
  end(): Promise<Omit<PlayedSession, 'session'>>;
  hangUp(): void;
}

async function openPlayer(first: RecordingEntry, options: Playing): Promise<Player> {
  const replay = createClientReplay({ words: options.words });
  const clock = pacer(options.realtime);
  const far = await open(first, options, replay);
  const missed = new Map<string, number>();

  async function caughtUp(): Promise<void> {
    if (await far.until(() => replay.isDue, options.patienceMs)) return;
    for (const type of replay.giveUp()) missed.set(type, (missed.get(type) ?? 0) + 1);
  }

  return {
    server: far.server,
    async playEntry(entry) {
      const replayed = replay.read(entry);
      if (!replayed || far.closed) return;
      await caughtUp();
      await clock.wait(replayed.time);
      far.send(replay.send(replayed));
    },
    async end() {
      await caughtUp();
      const { closed } = far;
      far.hangUp();
      return { ...replay.end(), closed, missed: Object.fromEntries(missed) };
    },
    hangUp: far.hangUp,
  };
}

interface Far {
  readonly server: string;
  readonly closed: Played['closed'];
  /** Does nothing once closed. */
  send(event: object): void;
  /** Resolves with whether it holds: as soon as it does, or once it cannot any more, or after so many milliseconds. */
  until(holds: () => boolean, limitMs: number): Promise<boolean>;
  hangUp(): void;
}

/** What the log's session was, for an address that does not say. */
function openedBy(entry: RecordingEntry): { model: string } | { intent: string } | undefined {
  const options = entry.kind === 'header' ? entry.header.options : undefined;
  if ((options?.session?.type ?? options?.kind) === 'transcription') return { intent: 'transcription' };
  return typeof options?.model === 'string' && options.model !== '' ? { model: options.model } : undefined;
}

async function open(first: RecordingEntry, { to, caFile }: Playing, replay: ClientReplay): Promise<Far> {
  const url = realtimeUrl(to, openedBy(first));
  const { socket, listen } = await connect(url, { key: keyFor(url, process.env), caFile });
  let closed: Played['closed'] = null;
  let wake = () => {};
  listen(
    (text) => {
      const read = readFrame(text, false);
      if (read.ok && eventTypeOf(read.value) !== undefined) replay.observe(read.value as { type: string });
      wake();
    },
    (code, reason) => {
      closed = { code, reason: printableLine(reason) };
      wake();
    },
  );
  return {
    server: url.host,
    get closed() {
      return closed;
    },
    send: (event) => {
      if (!closed) socket.send(JSON.stringify(event));
    },
    async until(holds, limitMs) {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        wake();
      }, limitMs);
      while (!holds() && !closed && !isLate) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(timer);
      return holds();
    },
    hangUp() {
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
      socket.close(NORMAL_CLOSURE, '');
    },
  };
}

/** Waits before each event: as long as the log did, or at least so that no server minds. */
function pacer(realtime: boolean): { wait(time: number | null): Promise<void> } {
  let lastTime: number | null = null;
  let lastSent = performance.now();
  let tokens = BURST;
  return {
    async wait(time) {
      const now = performance.now();
      tokens = Math.min(BURST, tokens + ((now - lastSent) * EVENTS_PER_SECOND) / 1000) - 1;
      const owedMs = tokens < 0 ? (-tokens * 1000) / EVENTS_PER_SECOND : 0;
      const loggedMs = realtime && time !== null && lastTime !== null ? time - lastTime - (now - lastSent) : 0;
      lastTime = time ?? lastTime;
      const waitMs = Math.max(owedMs, loggedMs);
      if (waitMs > 0) await pause(waitMs);
      lastSent = performance.now();
    },
  };
}

/** What became of a file, in words, row by row; of a log with several sessions, block by block. */
export function playedText(file: string, played: Played): string[] {
  const { ok, closed, sessions } = played;
  const rows = [
    `${file}: ${played.server} sends ${ok && !closed ? 'the same' : 'different events'} (${countsOf(played)})`,
  ];
  if (sessions.length === 1) return [...rows, ...sessionRows(played)];
  for (const [index, each] of sessions.entries()) {
    const says = each.ok && !each.closed ? 'the same' : 'different';
    rows.push(
      `  session ${index + 1} of ${sessions.length}, ${each.session ?? 'without an id'}: ${says} (${countsOf(each)})`,
    );
    rows.push(...sessionRows(each).map((row) => `  ${row}`));
  }
  return rows;
}

const countsOf = ({ sent, frames }: ReplayOutcome) =>
  `${sent} events sent, ${frames.live} frames came, ${frames.recorded} in the log`;

function sessionRows(played: Omit<PlayedSession, 'session'>): string[] {
  const { skipped, hidden, differences, more_differences: more, closed, missed } = played;
  const rows: string[] = [];
  if (closed) rows.push(`  it closed the connection: ${closed.code}${closed.reason && ` ${closed.reason}`}`);
  const late = Object.entries(missed).map(([type, times]) => (times > 1 ? `${type} (${times} times)` : type));
  if (late.length > 0) rows.push(`  timed out waiting for ${late.join(', ')}`);
  if (skipped > 0) rows.push(`  ${skipped} events could not be sent: their content is not in the log`);
  if (hidden.audio > 0) rows.push(`  silence was sent for ${hidden.audio} pieces of audio that are hidden in the log`);
  if (hidden.images > 0) rows.push(`  a blank was sent for ${hidden.images} images that are hidden in the log`);
  if (hidden.words > 0) rows.push(`  ${hidden.words} hidden texts were sent as [REDACTED]`);
  let lane = '';
  for (const each of differences) {
    if (each.lane !== lane) rows.push(`  ${each.lane}`);
    lane = each.lane;
    rows.push(each.only === 'recorded' ? `    - ${each.label}  (line ${each.line})` : `    + ${each.label}`);
  }
  if (more > 0) rows.push(`  and ${more} more`);
  return rows;
}
