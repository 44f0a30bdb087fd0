// What holds for the products of a session, whatever is done to it: the mirror is the session, a recording replays to the same
// frames, a snapshot and the rest are the whole. `COLLOQUY_SEEDS` sets how many schedules are played, `COLLOQUY_SEED` which.

import type { RealtimeConversationItem, RedactionLevel, ServerEvent } from '@colloquy/protocol';
import {
  createMirror,
  createReplayer,
  createSession,
  items,
  type Mirror,
  type MirrorChange,
  readRecordingLine,
  restore,
  sessionObject,
  step,
} from '@colloquy/session';
import { record } from '@support/record.ts';
import { playSchedule, type Schedule, schedules } from '@support/schedule.ts';
import { type Frame, sentIn } from '@support/session-harness.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const seeds = Number(process.env.COLLOQUY_SEEDS ?? 5_000);
const seed = Number(process.env.COLLOQUY_SEED ?? 20_260_902);
const TIMEOUT = 60_000 + seeds * 10;

const law = (numRuns: number, check: (schedule: Schedule) => void) =>
  fc.assert(fc.property(schedules, check), { numRuns: Math.ceil(numRuns), seed });

/** A mirror takes frames as they come off the wire: parsed anew. */
const parsed = (frame: unknown): ServerEvent => JSON.parse(JSON.stringify(frame));

const framesOf = (schedule: Schedule): Frame[] => playSchedule(schedule).effects.flatMap(sentIn);

it(
  `[MI9, MI2, MI4, MI6] after every step the mirror holds what the session holds, and has nothing to note (seed ${seed})`,
  () => {
    law(seeds / 4, (schedule) => {
      const { inputs } = playSchedule(schedule);
      const mirror = createMirror();
      let state = createSession(schedule.options);
      for (const input of inputs) {
        const next = step(state, input);
        state = next.state;
        const frames = sentIn(next.effects);
        for (const frame of frames) mirror.apply(parsed(frame));
        if (frames.length === 0) continue;
        expect(mirror.items()).toEqual(JSON.parse(JSON.stringify([...items(state)])));
      }
      expect(mirror.issues()).toEqual([]);
      expect(mirror.unknown()).toEqual([]);
      expect(mirror.session).toEqual(parsed(sessionObject(state)));
      const active = mirror.responses().filter(({ status }) => status === 'in_progress');
      if (state.phase !== 'closed') expect(active.map(({ id }) => id)).toEqual(state.responses.map(({ id }) => id));
    });
  },
  TIMEOUT,
);

it(
  `[MI9] what a mirror tells its listeners adds up to what it holds (seed ${seed})`,
  () => {
    law(seeds / 5, (schedule) => {
      const mirror = createMirror();
      const held = new Map<string, RealtimeConversationItem>();
      const placed = new Set<string>();
      const see = (change: MirrorChange) => {
        if (change.type === 'item.placed' || change.type === 'item.changed') held.set(change.item_id, change.item);
        if (change.type === 'item.placed') placed.add(change.item_id);
        if (change.type === 'item.removed') placed.delete(change.item_id);
      };
      for (const type of ['item.placed', 'item.changed', 'item.removed'] as const) mirror.subscribe(type, see);
      for (const frame of framesOf(schedule)) mirror.apply(parsed(frame));
      expect(new Set([...placed].map((id) => held.get(id)))).toEqual(new Set(mirror.items()));
    });
  },
  TIMEOUT,
);

it(
  `[MI1, MI9] every frame said twice changes nothing in the end (seed ${seed})`,
  () => {
    law(seeds / 5, (schedule) => {
      const { state, effects } = playSchedule(schedule);
      const mirror = createMirror();
      for (const frame of effects.flatMap(sentIn)) {
        mirror.apply(parsed(frame));
        mirror.apply(parsed(frame));
      }
      // While something is being said, words said twice stand twice; done sets them right.
      if (state.responses.length > 0) return;
      expect(mirror.items()).toEqual(JSON.parse(JSON.stringify([...items(state)])).map(expected(mirror)));
    });
  },
  TIMEOUT,
);

/** A session that was closed while it spoke leaves its last item unfinished: a mirror may have heard its words twice. */
const expected = (mirror: Mirror) => (item: RealtimeConversationItem) =>
  'status' in item && item.status === 'in_progress' ? mirror.item(item.id ?? '') : item;

it(
  `[MI1, MI5, MI8] shuffled, each finished item is there and whole, and nothing that is not of the conversation (seed ${seed})`,
  () => {
    const shuffled = fc.tuple(schedules, fc.infiniteStream(fc.nat()));
    fc.assert(
      fc.property(shuffled, ([schedule, draws]) => {
        const frames = framesOf(schedule);
        const mirror = createMirror();
        for (const frame of shuffle(frames, draws)) mirror.apply(parsed(frame));
        const touched = new Set(
          frames
            .filter(({ type }) => /item\.(deleted|truncated|retrieved)$/.test(type))
            .map((frame) => frame.item_id ?? frame.item?.id),
        );
        const listed = new Map(mirror.items().map((item) => [item.id, item]));
        const known = new Set(
          frames.filter(({ type }) => type.startsWith('conversation.')).map(({ item }) => item?.id),
        );
        for (const id of listed.keys()) expect(known).toContain(id);
        for (const { type, item } of frames) {
          if (type !== 'conversation.item.done' || touched.has(item?.id)) continue;
          expect(listed.get(item!.id)).toEqual(withTranscript(parsed(item) as never, frames));
        }
      }),
      { numRuns: Math.ceil(seeds / 5), seed },
    );
  },
  TIMEOUT,
);

function shuffle<T>(values: readonly T[], draws: Iterator<number>): T[] {
  const left = [...values];
  return values.map(() => left.splice((draws.next().value as number) % left.length, 1)[0] as T);
}

it(
  `[MI11] forked in the middle of shuffled frames, a mirror and its fork go on alike, and apart (seed ${seed})`,
  () => {
    const knowledge = (mirror: Mirror) =>
      JSON.stringify([
        mirror.items().map((item) => [item, mirror.parts(String(item.id)), mirror.audio(String(item.id))]),
        mirror.responses(),
        mirror.session,
        mirror.issues(),
        mirror.unknown(),
      ]);
    const shuffled = fc.tuple(schedules, fc.infiniteStream(fc.nat()), fc.nat());
    fc.assert(
      fc.property(shuffled, ([schedule, draws, draw]) => {
        const frames = shuffle(framesOf(schedule), draws);
        const cut = draw % (frames.length + 1);
        const mirror = createMirror({ audio: 'keep' });
        for (const frame of frames.slice(0, cut)) mirror.apply(parsed(frame));
        const before = knowledge(mirror);
        const left = mirror.fork();
        const fork = mirror.fork();
        expect(knowledge(fork)).toBe(before);
        for (const frame of frames.slice(cut)) fork.apply(parsed(frame));
        expect(knowledge(mirror)).toBe(before);
        for (const frame of frames.slice(cut)) mirror.apply(parsed(frame));
        expect(knowledge(mirror)).toBe(knowledge(fork));
        expect(knowledge(left)).toBe(before);
      }),
      { numRuns: Math.ceil(seeds / 10), seed },
    );
  },
  TIMEOUT,
);

/** An item as its transcription left it. */
function withTranscript(item: RealtimeConversationItem, frames: readonly Frame[]): RealtimeConversationItem {
  const received = frames.find(
    ({ type, item_id }) => item_id === item.id && type.endsWith('input_audio_transcription.completed'),
  );
  if (!received || item.type !== 'message') return item;
  const content = item.content.map((part) =>
    part.type === 'input_audio' ? { ...part, transcript: received.transcript } : part,
  );
  return { ...item, content };
}

it(
  `[MI1, MI8] among spoilt frames, every item that was announced soundly is there (seed ${seed})`,
  () => {
    const spoilt = fc.tuple(schedules, fc.infiniteStream(fc.nat(99)), fc.infiniteStream(fc.jsonValue({ maxDepth: 2 })));
    fc.assert(
      fc.property(spoilt, ([schedule, draws, values]) => {
        const draw = () => draws.next().value as number;
        const mirror = createMirror({ audio: 'keep' });
        const closed = new Set<unknown>();
        const sound = new Set<string>();
        for (const frame of framesOf(schedule)) {
          const copy = parsed(frame) as Frame;
          if (draw() < 70) {
            if (copy.type === 'conversation.item.added') sound.add(copy.item!.id as string);
          } else spoil(copy, draw, values);
          if (copy.type === 'conversation.item.deleted') closed.add(copy.item_id);
          mirror.apply(copy);
        }
        const listed = new Set(mirror.items().map((item) => item?.id));
        for (const id of sound) if (!closed.has(id)) expect(listed).toContain(id);
        // Whatever it holds can be read.
        JSON.stringify([mirror.responses(), mirror.issues(), [...listed].map((id) => mirror.parts(String(id)))]);
      }),
      { numRuns: Math.ceil(seeds / 5), seed },
    );
  },
  TIMEOUT,
);

/** Puts anything in the place of any value of a frame, or takes it away. */
function spoil(frame: object, draw: () => number, values: Iterator<unknown>): void {
  let place = frame as Record<string, unknown>;
  for (;;) {
    const names = Object.keys(place);
    const name = names[draw() % Math.max(1, names.length)] ?? 'x';
    const inner = place[name];
    if (typeof inner === 'object' && inner !== null && draw() < 60) {
      place = inner as Record<string, unknown>;
      continue;
    }
    if (draw() < 30 && !Array.isArray(place)) delete place[name];
    else place[name] = values.next().value;
    return;
  }
}

it(
  `[RD10] a recording replays to the same frames and states, hidden or not (seed ${seed})`,
  () => {
    law(seeds / 4, (schedule) => {
      const { inputs, effects } = playSchedule(schedule);
      const isLegible = !wordsMatter(schedule) && !JSON.stringify(effects).includes('not a JSON object');
      const levels: RedactionLevel[] = isLegible ? ['media', 'content'] : ['media'];
      for (const level of levels) {
        const lines = record(schedule.options, inputs, { level, snapshotsAfter: [inputs.length >> 1] });
        const replayer = createReplayer();
        for (const [index, line] of lines.entries()) replayer.apply(readRecordingLine(line, index + 1));
        const match = replayer.end();
        expect(match.difference).toBeUndefined();
        expect(match).toMatchObject({ ok: true, inputs: inputs.length });
      }
    });
  },
  TIMEOUT,
);

/** Where answers are cut or contexts refused by their length, hidden words change what happens; so do arguments that cannot be read. */
function wordsMatter({ options }: Schedule): boolean {
  const session = options.session as { max_output_tokens?: unknown; truncation?: unknown };
  return session.max_output_tokens === 3 || session.truncation === 'disabled';
}

it(
  `[OR19] a snapshot and the inputs after it are the whole recording (seed ${seed})`,
  async () => {
    const anywhere = fc.asyncProperty(schedules, fc.nat(), async (schedule, n) => {
      const { inputs, state } = playSchedule(schedule);
      const snapshotsAfter = [n % inputs.length];
      const lines = record(schedule.options, inputs, { level: 'key', snapshotsAfter });
      const from = lines.findIndex((line) => line.includes('"from":"snapshot"'));
      expect(JSON.stringify(await restore(lines.slice(from)))).toBe(JSON.stringify(state));
      expect(JSON.stringify(await restore(lines.filter((_, index) => index !== from)))).toBe(JSON.stringify(state));
    });
    await fc.assert(anywhere, { numRuns: Math.ceil(seeds / 10), seed });
  },
  TIMEOUT,
);
